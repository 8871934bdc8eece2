import type { Sql } from '@prisma/client/runtime/client';
import { pageIdsByParent, type IdPage, type Page } from '#chassis/paging.ts';
import type { Tx } from './context.ts';
import type { WaitlistEntry } from './generated/prisma/client.ts';

export async function waitlistEntriesByIds(db: Tx, ids: readonly string[]): Promise<Map<string, WaitlistEntry>> {
  const rows = await db.waitlistEntry.findMany({ where: { id: { in: [...ids] } } });
  return new Map(rows.map((row) => [row.id, row]));
}

export const waitlistEntryById = (db: Tx, id: string): Promise<WaitlistEntry | null> => db.waitlistEntry.findUnique({ where: { id } });

/** Entries of each patient that fulfil `inSight` (columns as `t.…`), newest first. */
export const waitlistPages = (db: Tx, inSight: Sql, patientIds: readonly string[], page: Page): Promise<Map<string, IdPage>> =>
  pageIdsByParent(
    db,
    {
      table: 'waitlist_entry',
      parent: 'patient_id',
      order: [
        { column: 'joined_at', type: 'timestamptz' },
        { column: 'id', type: 'text' },
      ],
      direction: 'desc',
      where: inSight,
    },
    patientIds,
    page,
  );

export async function insertWaitlistEntry(tx: Tx, entry: WaitlistEntry): Promise<void> {
  await tx.waitlistEntry.create({ data: entry });
}

export async function saveLeft(tx: Tx, id: string, leftAt: Date): Promise<void> {
  await tx.waitlistEntry.update({ where: { id }, data: { status: 'LEFT', leftAt } });
}
