import { Temporal } from 'temporal-polyfill';

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

export const minutesAfter = (at: Date, minutes: number): Date => new Date(at.getTime() + minutes * minuteMs);
export const daysAfter = (at: Date, days: number): Date => new Date(at.getTime() + days * dayMs);

/** A calendar date of a year, as a Date at UTC midnight. */
export const dateOf = (year: number, month = 1, day = 1): Date => new Date(Date.UTC(year, month - 1, day));

/** Monday = 1. */
export interface LocalDay {
  readonly date: string;
  readonly dayOfWeek: number;
  /** The instant of 08:00 on the local clock. No zone of the world here changes its clock between 08:00 and 18:00. */
  readonly eight: number;
}

const known = new Map<string, LocalDay[]>();

/** The days of a zone from `before` days before the instant to `after` days after it. */
export function localDays(timeZone: string, today: Date, before: number, after: number): readonly LocalDay[] {
  const key = [timeZone, today.getTime(), before, after].join(' ');
  const cached = known.get(key);
  if (cached) return cached;
  const here = Temporal.Instant.fromEpochMilliseconds(today.getTime()).toZonedDateTimeISO(timeZone).toPlainDate();
  const days = Array.from({ length: before + after + 1 }, (_, index): LocalDay => {
    const date = here.add({ days: index - before });
    const eight = date.toZonedDateTime({ timeZone, plainTime: '08:00' }).epochMilliseconds;
    return { date: date.toString(), dayOfWeek: date.dayOfWeek, eight };
  });
  if (known.size > 20) known.clear();
  known.set(key, days);
  return days;
}

/** A date of `YYYY-MM-DD`, as a Date at UTC midnight. */
export const dateFrom = (text: string): Date => new Date(`${text}T00:00:00.000Z`);
