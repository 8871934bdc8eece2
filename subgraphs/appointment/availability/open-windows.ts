import { Temporal } from 'temporal-polyfill';
import { subtract, union, type Interval } from './intervals.ts';
import type { ZoneClock } from './zone-clock.ts';

/** Hours that come back every week. Dates are ISO 8601, days count from Monday = 1. */
export interface WeeklyRule {
  readonly dayOfWeek: number;
  /** Minutes after local midnight, 0 to 1439. */
  readonly startMinute: number;
  /** Minutes after local midnight; at or before the start: of the next day. */
  readonly endMinute: number;
  readonly validFrom: string | null;
  readonly validTo: string | null;
}

/** Time off or extra hours on each day from `startsOn` to `endsOn`. Without minutes: whole days. Time off wins. */
export interface DatedException {
  readonly kind: 'TIME_OFF' | 'EXTRA_HOURS';
  readonly startsOn: string;
  readonly endsOn: string;
  readonly startMinute: number | null;
  readonly endMinute: number | null;
}

export interface WorkSchedule {
  readonly timeZone: string;
  readonly rules: readonly WeeklyRule[];
  readonly exceptions: readonly DatedException[];
}

/**
 * When the schedule is open, as sorted stretches that do not touch. Right within `from` to `to`; stretches may reach
 * beyond, up to a day.
 */
export function openWindows(schedule: WorkSchedule, clock: ZoneClock, { start: from, end: to }: Interval): Interval[] {
  const open: Interval[] = [];
  const closed: Interval[] = [];
  // Hours that begin on the day before may reach into the first day, and those of the day after adjoin the last.
  const last = clock.dateOf(to).add({ days: 1 });
  for (let date = clock.dateOf(from).subtract({ days: 1 }); Temporal.PlainDate.compare(date, last) <= 0; date = date.add({ days: 1 })) {
    const day = date.toString();
    for (const rule of schedule.rules) {
      if (rule.dayOfWeek === date.dayOfWeek && isWithin(day, rule.validFrom, rule.validTo))
        open.push(hours(clock, date, rule.startMinute, rule.endMinute));
    }
    for (const exception of schedule.exceptions) {
      if (!isWithin(day, exception.startsOn, exception.endsOn)) continue;
      const { startMinute, endMinute } = exception;
      const wholeDay = startMinute === null || endMinute === null;
      const stretch = wholeDay
        ? { start: clock.startOf(date), end: clock.startOf(date.add({ days: 1 })) }
        : hours(clock, date, startMinute, endMinute);
      (exception.kind === 'TIME_OFF' ? closed : open).push(stretch);
    }
  }
  return subtract(union(open), union(closed));
}

const isWithin = (day: string, first: string | null, last: string | null): boolean =>
  (first === null || first <= day) && (last === null || day <= last);

function hours(clock: ZoneClock, date: Temporal.PlainDate, startMinute: number, endMinute: number): Interval {
  const endDate = endMinute <= startMinute ? date.add({ days: 1 }) : date;
  return { start: clock.at(date, startMinute), end: clock.at(endDate, endMinute) };
}
