import { Temporal } from 'temporal-polyfill';
import type { Interval } from './intervals.ts';

/** The wall clock of one zone. Remembers what it has worked out: make one per search. */
export interface ZoneClock {
  readonly timeZone: string;
  /**
   * The instant at which the clock shows so many minutes after midnight of the date. A time that a clock change skips is
   * moved later by the gap, one that it repeats is the earlier one (Temporal's `compatible`, RFC 5545 §3.3.5).
   */
  at(date: Temporal.PlainDate, minute: number): number;
  /** The first instant of the date. */
  startOf(date: Temporal.PlainDate): number;
  dateOf(instant: number): Temporal.PlainDate;
  /** The stretches of constant offset from UTC (milliseconds) that make up the interval. */
  offsets(within: Interval): readonly (Interval & { readonly offset: number })[];
}

export function zoneClock(timeZone: string): ZoneClock {
  const known = new Map<string, number>();
  const zoned = (instant: number) => Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone);
  const remember = (key: string, find: () => number): number => {
    const found = known.get(key) ?? find();
    known.set(key, found);
    return found;
  };
  return {
    timeZone,
    at: (date, minute) =>
      remember(`${date.toString()} ${minute}`, () => {
        const time = new Temporal.PlainTime(Math.floor(minute / 60), minute % 60);
        return date.toPlainDateTime(time).toZonedDateTime(timeZone, { disambiguation: 'compatible' }).epochMilliseconds;
      }),
    startOf: (date) => remember(date.toString(), () => date.toZonedDateTime(timeZone).epochMilliseconds),
    dateOf: (instant) => zoned(instant).toPlainDate(),
    offsets({ start, end }) {
      const found: (Interval & { offset: number })[] = [];
      for (let at = start; at < end;) {
        const here = zoned(at);
        const change = here.getTimeZoneTransition('next')?.epochMilliseconds ?? Infinity;
        found.push({ start: at, end: Math.min(change, end), offset: here.offsetNanoseconds / 1e6 });
        at = change;
      }
      return found;
    },
  };
}

/** The instant on the clock of a zone with its offset, RFC 3339: `2026-03-08T09:30:00-04:00`. */
export const localText = (instant: Date, timeZone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(instant.getTime())
    .toZonedDateTimeISO(timeZone)
    .toString({ timeZoneName: 'never', smallestUnit: 'second' });

/** Whether `to` is at most so many days of the zone's calendar after `from`: a day of 25 hours is one day. */
export const withinDays = (from: Date, to: Date, days: number, timeZone: string): boolean =>
  Temporal.Instant.fromEpochMilliseconds(from.getTime()).toZonedDateTimeISO(timeZone).add({ days }).epochMilliseconds >= to.getTime();
