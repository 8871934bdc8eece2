import { lock } from '#chassis/database.ts';
import { pageIds, pageIdsByParent, type IdPage, type Page, type PageSpec } from '#chassis/paging.ts';
import type { Tx } from './context.ts';
import { Prisma, type PrescriptionStatus } from './generated/prisma/client.ts';
import { groupBy } from '#chassis/group-by.ts';
import { withComposition, type MedicationRow } from './medication-store.ts';

export type PrescriptionRow = Prisma.PrescriptionModel;
export type StatusChangeRow = Prisma.PrescriptionStatusChangeModel;
export type ActivePrescription = PrescriptionRow & { medication: MedicationRow };

export async function findPrescriptions(db: Tx, ids: readonly string[]): Promise<Map<string, PrescriptionRow>> {
  const rows = await db.prescription.findMany({ where: { id: { in: [...ids] } } });
  return new Map(rows.map((row) => [row.id, row]));
}

/** By prescription, the oldest first. */
export async function findStatusChanges(db: Tx, ids: readonly string[]): Promise<Map<string, StatusChangeRow[]>> {
  const rows = await db.prescriptionStatusChange.findMany({ where: { prescriptionId: { in: [...ids] } }, orderBy: { position: 'asc' } });
  return groupBy(rows, ({ prescriptionId }) => prescriptionId);
}

/** All that is prescribed to a patient, and what it is checked against, changes under this one lock. */
export const lockPatient = (tx: Tx, patientId: string): Promise<void> => lock(tx, `patient:${patientId}`);

/** The prescription as it is now; nothing of its patient changes before this transaction ends. Null when there is none. */
export async function lockPrescription(tx: Tx, id: string): Promise<PrescriptionRow | null> {
  const found = await tx.prescription.findUnique({ where: { id }, select: { patientId: true } });
  if (!found) return null;
  await lockPatient(tx, found.patientId);
  return tx.prescription.findUnique({ where: { id } });
}

/** What the patient takes: signed, not ended, still valid. */
export const findActivePrescriptions = (tx: Tx, patientId: string, now: Date): Promise<ActivePrescription[]> =>
  tx.prescription.findMany({
    where: { patientId, status: { in: ['ACTIVE', 'ON_HOLD'] }, validUntil: { gt: now } },
    include: { medication: { include: withComposition } },
    orderBy: { id: 'asc' },
  });

/** The newest drafts for a patient. */
export const findDraftsOf = (tx: Tx, patientId: string, limit: number): Promise<PrescriptionRow[]> =>
  tx.prescription.findMany({
    where: { patientId, status: 'DRAFT' },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: limit,
  });

export async function markChecked(tx: Tx, ids: readonly string[], checkedAt: Date): Promise<void> {
  await tx.prescription.updateMany({ where: { id: { in: [...ids] } }, data: { checkedAt } });
}

/** A prescription and the signed one that replaced it. */
export async function findReplacement(
  tx: Tx,
  priorId: string,
): Promise<{ prior: PrescriptionRow | null; replacement: PrescriptionRow | null }> {
  const prior = await tx.prescription.findUnique({ where: { id: priorId } });
  const replacement = await tx.prescription.findFirst({ where: { priorPrescriptionId: priorId, signedAt: { not: null } } });
  return { prior, replacement };
}

export interface Expired {
  id: string;
  validUntil: Date;
}

/** Active and paused prescriptions whose validity is over, the longest expired first, from behind `after` on. */
export const findExpired = (db: Tx, now: Date, after: Expired | null, limit: number): Promise<Expired[]> => {
  const behind = after ? Prisma.sql`and (valid_until, id) > (${after.validUntil}, ${after.id})` : Prisma.empty;
  return db.$queryRaw<Expired[]>`
    select id, valid_until as "validUntil" from prescription
    where status in ('ACTIVE', 'ON_HOLD') and valid_until <= ${now} ${behind}
    order by valid_until, id limit ${limit}`;
};

export const insertPrescription = (tx: Tx, data: Prisma.PrescriptionUncheckedCreateInput): Promise<PrescriptionRow> =>
  tx.prescription.create({ data });

export const updatePrescriptionRow = (
  tx: Tx,
  { id, patientId }: Pick<PrescriptionRow, 'id' | 'patientId'>,
  data: Prisma.PrescriptionUncheckedUpdateInput,
): Promise<PrescriptionRow> => tx.prescription.update({ where: { id, patientId }, data });

const byDraftTime: PageSpec['order'] = [
  { column: 'created_at', type: 'timestamptz' },
  { column: 'id', type: 'text' },
];
const bySignature: PageSpec['order'] = [
  { column: 'signed_at', type: 'timestamptz' },
  { column: 'id', type: 'text' },
];

export type ParentColumn = 'patient_id' | 'practitioner_id' | 'visit_id' | 'pharmacy_id';

/** Prescriptions below each parent that fulfil `visible` (columns as `t.…`), the newest first. No statuses: all of them. */
export function pagePrescriptionsBelow(
  db: Tx,
  parent: ParentColumn,
  filter: { visible: Prisma.Sql; statuses: readonly PrescriptionStatus[] },
  parentIds: readonly string[],
  page: Page,
): Promise<Map<string, IdPage>> {
  const { visible, statuses } = filter;
  const where = statuses.length > 0 ? Prisma.sql`(${visible}) and t.status = any (${[...statuses]}::prescription_status[])` : visible;
  const order = parent === 'pharmacy_id' ? bySignature : byDraftTime;
  return pageIdsByParent(db, { table: 'prescription', parent, order, direction: 'desc', where }, parentIds, page);
}

/** Active prescriptions that fulfil `toFill` (columns as `t.…`), the oldest signature first. */
export const pagePharmacyQueue = (db: Tx, toFill: Prisma.Sql, page: Page): Promise<IdPage> =>
  pageIds(
    db,
    {
      table: 'prescription',
      order: bySignature,
      direction: 'asc',
      where: Prisma.sql`${toFill} and t.status = 'ACTIVE'`,
    },
    page,
  );
