import { pageIds, pageIdsByParent, type IdPage, type Page, type PageSpec } from '#chassis/paging.ts';
import type { Tx } from './context.ts';
import { Prisma } from './generated/prisma/client.ts';
import { groupBy } from '#chassis/group-by.ts';
import type { Attendee } from './presence.ts';

export type VisitRow = Prisma.VisitModel;
export type StatusPeriodRow = Prisma.VisitStatusPeriodModel;
export type PresenceRow = Prisma.VisitPresenceModel;

export async function findVisits(db: Tx, ids: readonly string[]): Promise<Map<string, VisitRow>> {
  const rows = await db.visit.findMany({ where: { id: { in: [...ids] } } });
  return new Map(rows.map((row) => [row.id, row]));
}

/** By appointment id. */
export async function findVisitsOfAppointments(db: Tx, appointmentIds: readonly string[]): Promise<Map<string, VisitRow>> {
  const rows = await db.visit.findMany({ where: { appointmentId: { in: [...appointmentIds] } } });
  return new Map(rows.map((row) => [row.appointmentId, row]));
}

/** By visit id, the oldest first. */
export async function findStatusPeriods(db: Tx, visitIds: readonly string[]): Promise<Map<string, StatusPeriodRow[]>> {
  const rows = await db.visitStatusPeriod.findMany({ where: { visitId: { in: [...visitIds] } }, orderBy: { sequence: 'asc' } });
  return groupBy(rows, ({ visitId }) => visitId);
}

/** By visit id, the oldest first. */
export async function findPresences(db: Tx, visitIds: readonly string[]): Promise<Map<string, PresenceRow[]>> {
  const rows = await db.visitPresence.findMany({ where: { visitId: { in: [...visitIds] } }, orderBy: { sequence: 'asc' } });
  return groupBy(rows, ({ visitId }) => visitId);
}

const newestFirst = {
  table: 'visit',
  order: [
    { column: 'planned_start_at', type: 'timestamptz' },
    { column: 'id', type: 'text' },
  ],
  direction: 'desc',
} as const satisfies PageSpec;

/** Visits of each parent that fulfil `visible` (columns as `t.…`), the latest planned start first. */
export function pageVisitsBelow(
  db: Tx,
  parent: 'patient_id' | 'practitioner_id',
  visible: Prisma.Sql,
  parentIds: readonly string[],
  page: Page,
): Promise<Map<string, IdPage>> {
  return pageIdsByParent(db, { ...newestFirst, parent, where: visible }, parentIds, page);
}

/** Visits that fulfil `watched` (columns as `t.…`) in which somebody waits for this practitioner, who has waited longest first. */
export function pageWaitingRoom(db: Tx, watched: Prisma.Sql, practitionerId: string, page: Page): Promise<IdPage> {
  const order: PageSpec['order'] = [
    { column: 'status_since', type: 'timestamptz' },
    { column: 'id', type: 'text' },
  ];
  const where = Prisma.sql`t.practitioner_id = ${practitionerId} and t.status = 'ARRIVED' and ${watched}`;
  return pageIds(db, { table: 'visit', order, direction: 'asc', where }, page);
}

/** The visit as it is now; nobody else can change it before this transaction ends. Null when there is none. */
export async function lockVisit(tx: Tx, id: string): Promise<VisitRow | null> {
  await tx.$queryRaw`select id from visit where id = ${id} for update`;
  return tx.visit.findUnique({ where: { id } });
}

/** The same, by the appointment that the visit was made for. */
export async function lockVisitOfAppointment(tx: Tx, appointmentId: string): Promise<VisitRow | null> {
  await tx.$queryRaw`select id from visit where appointment_id = ${appointmentId} for update`;
  return tx.visit.findUnique({ where: { appointmentId } });
}

/** Stores a new visit with the first period of its history. */
export async function insertVisit(tx: Tx, visit: Prisma.VisitUncheckedCreateInput & { id: string; statusSince: Date }): Promise<void> {
  await tx.visit.create({ data: visit });
  await tx.visitStatusPeriod.create({ data: { visitId: visit.id, sequence: 1, status: visit.status, startedAt: visit.statusSince } });
}

export type PlannedFields = Pick<VisitRow, 'practitionerId' | 'serviceCode' | 'sensitivities' | 'plannedStartAt' | 'plannedEndAt'>;

/** Takes over what the appointment says. */
export async function replanVisit(tx: Tx, id: string, planned: PlannedFields): Promise<void> {
  await tx.visit.update({ where: { id }, data: planned });
}

/** Changes a locked visit's status, ends the open period of its history and begins the next at the same instant. */
export async function changeStatus(
  tx: Tx,
  id: string,
  change: Partial<VisitRow> & Pick<VisitRow, 'status' | 'statusSince'>,
): Promise<void> {
  const { status, statusSince } = change;
  await tx.visit.update({ where: { id }, data: change });
  await tx.visitStatusPeriod.updateMany({ where: { visitId: id, endedAt: null }, data: { endedAt: statusSince } });
  await tx.$executeRaw`
    insert into visit_status_history (visit_id, sequence, status, started_at)
    select ${id}, max(sequence) + 1, ${status}::visit_status, ${statusSince} from visit_status_history where visit_id = ${id}`;
}

/** Notes who came to a locked visit, and who went. */
export async function changePresences(
  tx: Tx,
  visitId: string,
  change: { comes: Attendee | null; ends: readonly number[]; lastSequence: number; at: Date },
): Promise<void> {
  const { comes, ends, lastSequence, at } = change;
  if (ends.length > 0) {
    await tx.visitPresence.updateMany({ where: { visitId, sequence: { in: [...ends] } }, data: { endedAt: at } });
  }
  if (comes) await tx.visitPresence.create({ data: { visitId, sequence: lastSequence + 1, ...comes, startedAt: at } });
}
