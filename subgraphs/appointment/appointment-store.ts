import { join, sqltag as sql, type Sql } from '@prisma/client/runtime/client';
import { isExclusionViolation } from '#chassis/database.ts';
import { pageIdsByParent, type IdPage, type Page } from '#chassis/paging.ts';
import type { AppointmentState } from './appointment-states.ts';
import type { Tx } from './context.ts';
import type { Appointment, AppointmentStatusEntry, Prisma } from './generated/prisma/client.ts';
import { groupBy } from '#chassis/group-by.ts';

/** An appointment as it is written: when it last changed is for the database to say. */
export type WrittenAppointment = Omit<Appointment, 'updatedAt'>;

export async function appointmentsByIds(db: Tx, ids: readonly string[]): Promise<Map<string, Appointment>> {
  const rows = await db.appointment.findMany({ where: { id: { in: [...ids] } } });
  return new Map(rows.map((row) => [row.id, row]));
}

export const appointmentById = (db: Tx, id: string): Promise<Appointment | null> => db.appointment.findUnique({ where: { id } });

export async function historyByAppointment(db: Tx, ids: readonly string[]): Promise<Map<string, AppointmentStatusEntry[]>> {
  const rows = await db.appointmentStatusEntry.findMany({
    where: { appointmentId: { in: [...ids] } },
    orderBy: [{ appointmentId: 'asc' }, { sequence: 'asc' }],
  });
  return groupBy(rows, ({ appointmentId }) => appointmentId, ids);
}

export interface AppointmentConditions {
  /** Empty: all. */
  status: readonly AppointmentState[];
  from: Date | null;
  to: Date | null;
}

export interface AppointmentList {
  parent: 'patient_id' | 'practitioner_id';
  direction: 'asc' | 'desc';
  conditions: AppointmentConditions;
  /** Which rows the caller may see. */
  inSight: Sql;
}

/** Appointments by start. One statement for all parents. */
export function appointmentPages(db: Tx, list: AppointmentList, parents: readonly string[], page: Page): Promise<Map<string, IdPage>> {
  const { status, from, to } = list.conditions;
  const where = [list.inSight];
  if (status.length > 0) where.push(sql`t.status = any(${[...status]}::appointment_status[])`);
  if (from) where.push(sql`t.starts_at >= ${from}::timestamptz`);
  if (to) where.push(sql`t.starts_at < ${to}::timestamptz`);
  return pageIdsByParent(
    db,
    {
      table: 'appointment',
      parent: list.parent,
      order: [
        { column: 'starts_at', type: 'timestamptz' },
        { column: 'id', type: 'text' },
      ],
      direction: list.direction,
      where: join(where, ' and '),
    },
    parents,
    page,
  );
}

/** Where a request stands in the order of starts. */
export type RequestPosition = Pick<Appointment, 'id' | 'startsAt'>;

/** Requests whose start has come, by start, those after a position. */
export const overdueRequests = (db: Tx, now: Date, after: RequestPosition | null, limit: number): Promise<RequestPosition[]> =>
  db.$queryRaw<RequestPosition[]>`
    select id, starts_at as "startsAt" from appointment
    where status = 'PENDING' and starts_at <= ${now}::timestamptz
      and (${after === null} or (starts_at, id) > (${after?.startsAt ?? now}::timestamptz, ${after?.id ?? ''}))
    order by starts_at, id limit ${limit}`;

/** A place for an appointment: times and whose they are. */
export type Place = Pick<Appointment, 'patientId' | 'practitionerId' | 'startsAt' | 'endsAt' | 'blockedFrom' | 'blockedUntil'>;

/** Who is taken at that place, the appointment `except` left aside. Uses the indexes of the exclusion constraints. */
export async function overlaps(tx: Tx, place: Place, except: string | null): Promise<{ practitioner: boolean; patient: boolean }> {
  const [found] = await tx.$queryRaw<{ practitioner: boolean; patient: boolean }[]>`
    select
      exists (
        select from appointment
        where practitioner_id = ${place.practitionerId} and status in ('PENDING', 'BOOKED', 'ARRIVED', 'CHECKED_IN')
          and tstzrange(blocked_from, blocked_until) && tstzrange(${place.blockedFrom}::timestamptz, ${place.blockedUntil}::timestamptz)
          and id is distinct from ${except}::text
      ) as practitioner,
      exists (
        select from appointment
        where patient_id = ${place.patientId} and status in ('PENDING', 'BOOKED', 'ARRIVED', 'CHECKED_IN')
          and tstzrange(starts_at, ends_at) && tstzrange(${place.startsAt}::timestamptz, ${place.endsAt}::timestamptz)
          and id is distinct from ${except}::text
      ) as patient`;
  if (!found) throw new Error('a select without from answered no row');
  return found;
}

/** Which promise of the database an insert or update would have broken; null when it is another error. */
export function brokenPromise(error: unknown): 'practitioner' | 'patient' | null {
  if (isExclusionViolation(error, 'appointment_practitioner_no_overlap')) return 'practitioner';
  return isExclusionViolation(error, 'appointment_patient_no_overlap') ? 'patient' : null;
}

export async function insertAppointment(tx: Tx, appointment: WrittenAppointment, changedBy: string): Promise<void> {
  await tx.appointment.create({ data: appointment });
  await insertHistory(tx, appointment, appointment.createdAt, changedBy);
}

/** Changes the row and adds to its history. The caller holds the lock of the appointment. */
export async function changeAppointment(
  tx: Tx,
  { id, patientId }: Pick<Appointment, 'id' | 'patientId'>,
  change: Prisma.AppointmentUncheckedUpdateInput,
  at: Date,
  changedBy: string,
): Promise<Appointment> {
  const changed = await tx.appointment.update({ where: { id, patientId }, data: change });
  await insertHistory(tx, changed, at, changedBy);
  return changed;
}

async function insertHistory(tx: Tx, { id, status, startsAt }: WrittenAppointment, at: Date, changedBy: string): Promise<void> {
  await tx.$executeRaw`
    insert into appointment_status_entry (appointment_id, sequence, status, starts_at, changed_at, changed_by)
    select ${id}, coalesce(max(sequence), 0) + 1, ${status}::appointment_status, ${startsAt}::timestamptz, ${at}::timestamptz, ${changedBy}
    from appointment_status_entry where appointment_id = ${id}`;
}

export async function isKnownPatient(db: Tx, id: string): Promise<boolean> {
  return (await db.knownPatient.findUnique({ where: { id } })) !== null;
}

export async function saveKnownPatient(tx: Tx, id: string, heardAt: Date): Promise<void> {
  await tx.knownPatient.createMany({ data: [{ id, heardAt }], skipDuplicates: true });
}
