import type { Tx } from './context.ts';
import type { Prisma } from './generated/prisma/client.ts';
import { groupBy } from '#chassis/group-by.ts';

export type DispenseRow = Prisma.DispenseModel;

/** Statuses from which something may still be handed over. */
export const openDispense = ['PREPARATION', 'IN_PROGRESS', 'ON_HOLD'] as const;

export async function findDispenses(db: Tx, ids: readonly string[]): Promise<Map<string, DispenseRow>> {
  const rows = await db.dispense.findMany({ where: { id: { in: [...ids] } } });
  return new Map(rows.map((row) => [row.id, row]));
}

/** By prescription, the oldest first. */
export async function findDispensesOf(db: Tx, prescriptionIds: readonly string[]): Promise<Map<string, DispenseRow[]>> {
  const rows = await db.dispense.findMany({
    where: { prescriptionId: { in: [...prescriptionIds] } },
    orderBy: [{ preparedAt: 'asc' }, { id: 'asc' }],
  });
  return groupBy(rows, ({ prescriptionId }) => prescriptionId);
}

export const insertDispense = (tx: Tx, dispense: Prisma.DispenseUncheckedCreateInput) => tx.dispense.create({ data: dispense });

export const updateDispenseRow = (tx: Tx, { id, prescriptionId, patientId }: DispenseRow, data: Prisma.DispenseUncheckedUpdateInput) =>
  tx.dispense.update({ where: { id, prescriptionId, patientId }, data });

/** Withdraws what is not yet handed over, because the prescription ended. */
export async function cancelOpenDispenses(tx: Tx, prescriptionId: string, statusReason: string): Promise<void> {
  const open = await tx.dispense.findMany({ where: { prescriptionId, status: { in: [...openDispense] } }, orderBy: { id: 'asc' } });
  for (const dispense of open) await updateDispenseRow(tx, dispense, { status: 'CANCELLED', statusReason });
}
