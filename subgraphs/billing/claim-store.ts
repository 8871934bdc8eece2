import { lock } from '#chassis/database.ts';
import { newId } from '#chassis/ids.ts';
import type { PageSpec } from '#chassis/paging.ts';
import { Prisma, type Claim, type ClaimStatus, type Coverage, type Invoice, type PrismaClient } from './generated/prisma/client.ts';

export const insertClaim = (tx: Prisma.TransactionClient, invoice: Invoice, coverage: Coverage, at: Date): Promise<Claim> =>
  tx.claim.create({
    data: {
      id: newId('clm'),
      patientId: invoice.patientId,
      invoiceId: invoice.id,
      coverageId: coverage.id,
      payerOrganizationId: coverage.payerOrganizationId,
      status: 'DRAFT',
      totalMinor: invoice.totalMinor,
      currency: invoice.currency,
      createdAt: at,
    },
  });

export const liveClaims = (tx: Prisma.TransactionClient, invoiceId: string): Promise<Claim[]> =>
  tx.claim.findMany({ where: { invoiceId, status: { not: 'CANCELLED' } } });

/** The claim, held for the rest of the transaction against everyone else who decides on it. */
export async function lockClaim(tx: Prisma.TransactionClient, id: string): Promise<Claim | null> {
  await lock(tx, `claim:${id}`);
  return tx.claim.findUnique({ where: { id } });
}

export const updateClaim = (tx: Prisma.TransactionClient, { id, patientId }: Claim, change: Prisma.ClaimUpdateInput): Promise<Claim> =>
  tx.claim.update({ where: { id, patientId }, data: change });

export const claimsById = (db: PrismaClient, ids: readonly string[]): Promise<Claim[]> =>
  db.claim.findMany({ where: { id: { in: [...ids] } } });

export const claimsOfInvoices = (db: PrismaClient, invoiceIds: readonly string[]): Promise<Claim[]> =>
  db.claim.findMany({ where: { invoiceId: { in: [...invoiceIds] } }, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }] });

/** Claims that fulfil `inSight` (columns as `t.…`), the newest first. */
export function claimList(inSight: Prisma.Sql, status: ClaimStatus | null | undefined): PageSpec {
  return {
    table: 'claim',
    order: [
      { column: 'created_at', type: 'timestamptz' },
      { column: 'id', type: 'text' },
    ],
    direction: 'desc',
    where: status ? Prisma.sql`${inSight} and t.status = ${status}::claim_status` : inSight,
  };
}
