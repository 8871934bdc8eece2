import type { Interval } from './availability/intervals.ts';
import type { WorkSchedule } from './availability/open-windows.ts';
import type { Candidate } from './availability/search.ts';
import type { Tx } from './context.ts';
import type { DayOfWeek, Specialty } from './generated/prisma/client.ts';
import { groupBy } from '#chassis/group-by.ts';

const dayNumbers: Readonly<Record<DayOfWeek, number>> = { MON: 1, TUE: 2, WED: 3, THU: 4, FRI: 5, SAT: 6, SUN: 7 };
const day = 86_400_000;
const dateText = (date: Date): string => date.toISOString().slice(0, 10);

export interface WhoOffers {
  healthcareServiceId: string;
  practitionerIds: readonly string[] | null;
  specialty: Specialty | null;
}

/** Practitioners who take appointments of this visit type. */
export async function practitionersWhoOffer(db: Tx, { healthcareServiceId, practitionerIds, specialty }: WhoOffers): Promise<string[]> {
  const rows = await db.practitioner.findMany({
    where: {
      active: true,
      offers: { some: { healthcareServiceId } },
      ...(practitionerIds && { id: { in: [...practitionerIds] } }),
      ...(specialty && { specialty }),
    },
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}

/** Schedules with the exceptions that matter between the two instants, by practitioner. Three statements. */
export async function workSchedules(
  db: Tx,
  practitionerIds: readonly string[],
  { start, end }: Interval,
): Promise<Map<string, WorkSchedule>> {
  const schedules = await db.schedule.findMany({ where: { practitionerId: { in: [...practitionerIds] } } });
  const scheduleIds = schedules.map(({ id }) => id);
  const below = { scheduleId: { in: scheduleIds } };
  const rules = groupBy(await db.availabilityRule.findMany({ where: below }), ({ scheduleId }) => scheduleId, scheduleIds);
  // Wider than the search, because a local day begins up to 14 hours before or after the one of UTC and hours may cross midnight.
  const near = { startsOn: { lte: new Date(end + 2 * day) }, endsOn: { gte: new Date(start - 3 * day) } };
  const exceptions = groupBy(
    await db.availabilityException.findMany({ where: { ...below, ...near } }),
    ({ scheduleId }) => scheduleId,
    scheduleIds,
  );
  return new Map(
    schedules.map(({ id, practitionerId, timeZone }) => [
      practitionerId,
      {
        timeZone,
        rules: (rules.get(id) ?? []).map((rule) => ({
          dayOfWeek: dayNumbers[rule.dayOfWeek],
          startMinute: rule.startMinute,
          endMinute: rule.endMinute,
          validFrom: rule.validFrom && dateText(rule.validFrom),
          validTo: rule.validTo && dateText(rule.validTo),
        })),
        exceptions: (exceptions.get(id) ?? []).map(({ kind, startsOn, endsOn, startMinute, endMinute }) => ({
          kind,
          startsOn: dateText(startsOn),
          endsOn: dateText(endsOn),
          startMinute,
          endMinute,
        })),
      },
    ]),
  );
}

/** What is taken between the two instants, buffers included, by practitioner. One statement. */
export async function busyTimes(db: Tx, practitionerIds: readonly string[], { start, end }: Interval): Promise<Map<string, Interval[]>> {
  // Joined to the ids, because a GiST index answers one equality at a time.
  const rows = await db.$queryRaw<{ practitioner_id: string; blocked_from: Date; blocked_until: Date }[]>`
    select a.practitioner_id, a.blocked_from, a.blocked_until
    from unnest(${[...practitionerIds]}::text[]) as asked (id)
    join appointment a on a.practitioner_id = asked.id
    where a.status in ('PENDING', 'BOOKED', 'ARRIVED', 'CHECKED_IN')
      and tstzrange(a.blocked_from, a.blocked_until) && tstzrange(${new Date(start)}::timestamptz, ${new Date(end)}::timestamptz)`;
  const busy = new Map<string, Interval[]>(practitionerIds.map((id) => [id, []]));
  for (const row of rows) busy.get(row.practitioner_id)?.push({ start: row.blocked_from.getTime(), end: row.blocked_until.getTime() });
  return busy;
}

/** All that a search for free slots needs to know. Five statements, however many practitioners. */
export async function searchCandidates(db: Tx, who: WhoOffers, within: Interval): Promise<Candidate[]> {
  const practitionerIds = await practitionersWhoOffer(db, who);
  const schedules = await workSchedules(db, practitionerIds, within);
  const busy = await busyTimes(db, practitionerIds, within);
  return [...schedules].map(([practitionerId, schedule]) => ({ practitionerId, schedule, busy: busy.get(practitionerId) ?? [] }));
}
