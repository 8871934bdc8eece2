import type { Tx } from './context.ts';
import type { Prisma } from './generated/prisma/client.ts';
import type { SigningKey } from './signing.ts';

export type SigningKeyRow = Prisma.SigningKeyModel;

export async function findSigningKeys(db: Tx, ids: readonly string[]): Promise<Map<string, SigningKeyRow>> {
  const rows = await db.signingKey.findMany({ where: { id: { in: [...ids] } } });
  return new Map(rows.map((row) => [row.id, row]));
}

/** Keeps the public half, so that signatures can be verified after the key was changed. */
export async function keepSigningKey(tx: Tx, { id, publicKey }: SigningKey, firstUsedAt: Date): Promise<void> {
  await tx.signingKey.createMany({ data: [{ id, publicKey, firstUsedAt }], skipDuplicates: true });
}
