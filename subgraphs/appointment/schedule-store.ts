import { sqltag as sql } from '@prisma/client/runtime/client';
import { pageIdsByParent, type IdPage, type Page } from '#chassis/paging.ts';
import type { Tx } from './context.ts';
import type { AvailabilityException, AvailabilityRule, Schedule } from './generated/prisma/client.ts';
import { groupBy } from '#chassis/group-by.ts';

export async function schedulesByIds(db: Tx, ids: readonly string[]): Promise<Map<string, Schedule>> {
  const rows = await db.schedule.findMany({ where: { id: { in: [...ids] } } });
  return new Map(rows.map((row) => [row.id, row]));
}

export async function schedulesByPractitioner(db: Tx, practitionerIds: readonly string[]): Promise<Map<string, Schedule>> {
  const rows = await db.schedule.findMany({ where: { practitionerId: { in: [...practitionerIds] } } });
  return new Map(rows.map((row) => [row.practitionerId, row]));
}

export async function rulesBySchedule(db: Tx, scheduleIds: readonly string[]): Promise<Map<string, AvailabilityRule[]>> {
  const rows = await db.availabilityRule.findMany({
    where: { scheduleId: { in: [...scheduleIds] } },
    orderBy: [{ dayOfWeek: 'asc' }, { startMinute: 'asc' }, { id: 'asc' }],
  });
  return groupBy(rows, ({ scheduleId }) => scheduleId, scheduleIds);
}

export async function exceptionsByIds(db: Tx, ids: readonly string[]): Promise<Map<string, AvailabilityException>> {
  const rows = await db.availabilityException.findMany({ where: { id: { in: [...ids] } } });
  return new Map(rows.map((row) => [row.id, row]));
}

/** Exceptions that end on this day or later. */
export const exceptionPages = (db: Tx, since: Date, scheduleIds: readonly string[], page: Page): Promise<Map<string, IdPage>> =>
  pageIdsByParent(
    db,
    {
      table: 'availability_exception',
      parent: 'schedule_id',
      order: [
        { column: 'starts_on', type: 'date' },
        { column: 'id', type: 'text' },
      ],
      direction: 'asc',
      where: sql`t.ends_on >= ${since.toISOString().slice(0, 10)}::date`,
    },
    scheduleIds,
    page,
  );

export const scheduleOf = (db: Tx, practitionerId: string): Promise<Schedule | null> =>
  db.schedule.findUnique({ where: { practitionerId } });

export const exceptionWithSchedule = (db: Tx, id: string): Promise<(AvailabilityException & { schedule: Schedule }) | null> =>
  db.availabilityException.findUnique({ where: { id }, include: { schedule: true } });

export async function replaceRules(tx: Tx, scheduleId: string, rules: AvailabilityRule[]): Promise<void> {
  await tx.availabilityRule.deleteMany({ where: { scheduleId } });
  await tx.availabilityRule.createMany({ data: rules });
}

export async function saveTimeZone(tx: Tx, scheduleId: string, timeZone: string): Promise<void> {
  await tx.schedule.update({ where: { id: scheduleId }, data: { timeZone } });
}

export async function insertException(tx: Tx, exception: AvailabilityException): Promise<void> {
  await tx.availabilityException.create({ data: exception });
}

export async function deleteException(tx: Tx, id: string): Promise<void> {
  await tx.availabilityException.delete({ where: { id } });
}
