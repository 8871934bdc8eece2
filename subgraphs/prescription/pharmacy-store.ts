import { pageIds, type IdPage, type Page } from '#chassis/paging.ts';
import type { Tx } from './context.ts';
import type { Prisma } from './generated/prisma/client.ts';

export type PharmacyRow = Prisma.PharmacyModel;

export async function findPharmacies(db: Tx, ids: readonly string[]): Promise<Map<string, PharmacyRow>> {
  const rows = await db.pharmacy.findMany({ where: { id: { in: [...ids] } } });
  return new Map(rows.map((row) => [row.id, row]));
}

/** All pharmacies by name. */
export function pagePharmacies(db: Tx, page: Page): Promise<IdPage> {
  const order = [
    { column: 'name', type: 'text' },
    { column: 'id', type: 'text' },
  ] as const;
  return pageIds(db, { table: 'pharmacy', order, direction: 'asc' }, page);
}

export const insertPharmacy = (tx: Tx, pharmacy: Prisma.PharmacyUncheckedCreateInput) => tx.pharmacy.create({ data: pharmacy });
