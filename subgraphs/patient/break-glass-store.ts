import type { SqlExecutor } from '#chassis/database.ts';
import { pageIds, type IdPage, type Page } from '#chassis/paging.ts';
import type { Tx } from './context.ts';
import { Prisma } from './generated/prisma/client.ts';

export type BreakGlassRecord = Prisma.BreakGlassModel;

export async function breakGlassByIds(db: Tx, ids: readonly string[]): Promise<Map<string, BreakGlassRecord>> {
  const rows = await db.breakGlass.findMany({ where: { id: { in: [...ids] } } });
  return new Map(rows.map((row) => [row.id, row]));
}

/** The one in force for this practitioner and this patient, if there is one. */
export const breakGlassInForce = (tx: Tx, patientId: string, practitionerId: string, now: Date): Promise<BreakGlassRecord | null> =>
  tx.breakGlass.findFirst({ where: { patientId, practitionerId, endedAt: null, expiresAt: { gt: now } } });

/** Ids, the newest first. `inSight` limits on the alias `t`. */
export function breakGlassPage(
  db: SqlExecutor,
  inSight: Prisma.Sql,
  { inForceAt }: { inForceAt: Date | null },
  page: Page,
): Promise<IdPage> {
  return pageIds(
    db,
    {
      table: 'break_glass',
      order: [
        { column: 'opened_at', type: 'timestamptz' },
        { column: 'id', type: 'text' },
      ],
      direction: 'desc',
      where: inForceAt ? Prisma.sql`${inSight} and t.ended_at is null and t.expires_at > ${inForceAt}` : inSight,
    },
    page,
  );
}

/** Ids of those opened at or after this instant, the oldest first. */
export async function breakGlassOpenedSince(db: Tx, since: Date): Promise<string[]> {
  const rows = await db.breakGlass.findMany({
    where: { openedAt: { gte: since } },
    select: { id: true },
    orderBy: [{ openedAt: 'asc' }, { id: 'asc' }],
  });
  return rows.map(({ id }) => id);
}

export async function insertBreakGlass(tx: Tx, grant: BreakGlassRecord): Promise<void> {
  await tx.breakGlass.create({ data: grant });
}

export async function markBreakGlassEnded(tx: Tx, id: string, endedBy: 'PRACTITIONER' | 'PRIVACY_OFFICER', endedAt: Date): Promise<void> {
  await tx.breakGlass.update({ where: { id }, data: { endedAt, endedBy } });
}
