import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { freeStarts, isOffered, type SlotTerms } from './free-starts.ts';
import { openWindows, type DatedException, type WeeklyRule, type WorkSchedule } from './open-windows.ts';
import { earliestStarts } from './search.ts';
import { zoneClock } from './zone-clock.ts';

const minute = 60_000;
const day = 1440 * minute;

const nineToTwelve: WorkSchedule = {
  timeZone: 'UTC',
  rules: [{ dayOfWeek: 1, startMinute: 540, endMinute: 720, validFrom: null, validTo: null }],
  exceptions: [],
};
const monday = Date.parse('2026-06-01T00:00:00Z');
const at = (text: string): number => monday + Number(text.slice(0, 2)) * 60 * minute + Number(text.slice(3)) * minute;
const clockText = (instant: number): string => new Date(instant).toISOString().slice(11, 16);

describe('free starts', () => {
  const terms: SlotTerms = { durationMinutes: 30, bufferBeforeMinutes: 0, bufferAfterMinutes: 0, gridMinutes: 30 };
  const free = (change: Partial<SlotTerms>, busy: [string, string][]) =>
    freeStarts(
      {
        schedule: nineToTwelve,
        busy: busy.map(([start, end]) => ({ start: at(start), end: at(end) })),
        terms: { ...terms, ...change },
        within: { start: monday, end: monday + day },
        limit: 100,
      },
      zoneClock('UTC'),
    ).map(clockText);

  it.each([
    { name: 'nothing taken', change: {}, busy: [], starts: ['09:00', '09:30', '10:00', '10:30', '11:00', '11:30'] },
    { name: 'one taken', change: {}, busy: [['10:00', '10:30']], starts: ['09:00', '09:30', '10:30', '11:00', '11:30'] },
    { name: 'taken off the grid', change: {}, busy: [['09:50', '10:10']], starts: ['09:00', '10:30', '11:00', '11:30'] },
    {
      name: 'the own buffer after',
      change: { bufferAfterMinutes: 10 },
      busy: [['10:00', '10:30']],
      starts: ['09:00', '10:30', '11:00', '11:30'],
    },
    {
      name: 'the own buffer before',
      change: { bufferBeforeMinutes: 10 },
      busy: [['10:00', '10:30']],
      starts: ['09:00', '09:30', '11:00', '11:30'],
    },
    { name: 'longer than the grid', change: { durationMinutes: 60 }, busy: [], starts: ['09:00', '09:30', '10:00', '10:30', '11:00'] },
    { name: 'longer than the window', change: { durationMinutes: 200 }, busy: [], starts: [] },
    { name: 'exactly the window', change: { durationMinutes: 180 }, busy: [], starts: ['09:00'] },
    { name: 'all taken', change: {}, busy: [['08:00', '13:00']], starts: [] },
    {
      name: 'taken twice',
      change: {},
      busy: [
        ['09:00', '10:30'],
        ['10:00', '11:30'],
      ],
      starts: ['11:30'],
    },
  ] as { name: string; change: Partial<SlotTerms>; busy: [string, string][]; starts: string[] }[])('$name', ({ change, busy, starts }) => {
    expect(free(change, busy)).toEqual(starts);
  });

  it('include the first instant of the search and not the last', () => {
    const within = { start: at('09:30'), end: at('10:30') };
    expect(freeStarts({ schedule: nineToTwelve, busy: [], terms, within, limit: 9 }, zoneClock('UTC')).map(clockText)).toEqual([
      '09:30',
      '10:00',
    ]);
  });
});

const zone = fc.constantFrom(
  'America/New_York',
  'Australia/Lord_Howe',
  'America/Havana',
  'Antarctica/Troll',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Pacific/Apia',
);
/** Around the clock changes of both hemispheres, and ordinary days. */
const start = fc
  .constantFrom('2026-03-06', '2026-03-28', '2026-04-04', '2026-06-15', '2026-10-03', '2026-10-24', '2026-10-31')
  .map((date) => Date.parse(`${date}T00:00:00Z`));
const minuteOfDay = fc.integer({ min: 0, max: 1439 });
const rule: fc.Arbitrary<WeeklyRule> = fc.record({
  dayOfWeek: fc.integer({ min: 1, max: 7 }),
  startMinute: minuteOfDay,
  endMinute: minuteOfDay,
  validFrom: fc.constant(null),
  validTo: fc.constant(null),
});
const search = fc
  .record({ zone, start, days: fc.integer({ min: 1, max: 5 }), rules: fc.array(rule, { minLength: 1, maxLength: 8 }) })
  .chain(({ zone: timeZone, start: from, days, rules }) => {
    const date = fc.integer({ min: -1, max: days }).map((offset) => new Date(from + offset * day).toISOString().slice(0, 10));
    const exception: fc.Arbitrary<DatedException> = fc.oneof(
      date.map((on): DatedException => ({ kind: 'TIME_OFF', startsOn: on, endsOn: on, startMinute: null, endMinute: null })),
      fc
        .tuple(fc.constantFrom('TIME_OFF' as const, 'EXTRA_HOURS' as const), date, minuteOfDay, minuteOfDay)
        .map(([kind, on, startMinute, endMinute]): DatedException => ({ kind, startsOn: on, endsOn: on, startMinute, endMinute })),
    );
    const booking = fc.tuple(fc.integer({ min: -60, max: days * 1440 }), fc.integer({ min: 1, max: 300 }));
    return fc.record({
      schedule: fc.array(exception, { maxLength: 4 }).map((exceptions): WorkSchedule => ({ timeZone, rules, exceptions })),
      busy: fc
        .array(booking, { maxLength: 10 })
        .map((all) => all.map(([offset, length]) => ({ start: from + offset * minute, end: from + (offset + length) * minute }))),
      terms: fc.record({
        durationMinutes: fc.integer({ min: 5, max: 120 }),
        bufferBeforeMinutes: fc.integer({ min: 0, max: 30 }),
        bufferAfterMinutes: fc.integer({ min: 0, max: 30 }),
        gridMinutes: fc.constantFrom(5, 10, 15, 20, 30, 60, 90, 240),
      }),
      within: fc.constant({ start: from, end: from + days * day }),
      limit: fc.constant(10_000),
    });
  });

describe('every free start', () => {
  it('is what a minute-by-minute look finds: on the grid, inside open hours, clear of bookings with buffers', () => {
    fc.assert(
      fc.property(search, (query) => {
        const { schedule, busy, terms, within } = query;
        const clock = zoneClock(schedule.timeZone);
        const windows = openWindows(schedule, clock, { start: within.start, end: within.end + day });
        const expected: number[] = [];
        for (let instant = within.start; instant < within.end; instant += minute) {
          const end = instant + terms.durationMinutes * minute;
          const blocked = { start: instant - terms.bufferBeforeMinutes * minute, end: end + terms.bufferAfterMinutes * minute };
          if (!windows.some((window) => window.start <= instant && end <= window.end)) continue;
          if (busy.some((taken) => blocked.start < taken.end && taken.start < blocked.end)) continue;
          const local = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(schedule.timeZone);
          if ((local.hour * 60 + local.minute) % terms.gridMinutes === 0) expected.push(instant);
        }
        expect(freeStarts(query, clock)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('is offered, and stays so when a start before it is taken', () => {
    fc.assert(
      fc.property(search, (query) => {
        const clock = zoneClock(query.schedule.timeZone);
        const starts = freeStarts(query, clock);
        for (const found of starts.slice(0, 5)) expect(isOffered(query.schedule, query.terms, found, clock)).toBe(true);
        const [first] = starts;
        if (first === undefined) return;
        const { durationMinutes, bufferBeforeMinutes, bufferAfterMinutes } = query.terms;
        const taken = { start: first - bufferBeforeMinutes * minute, end: first + (durationMinutes + bufferAfterMinutes) * minute };
        const left = freeStarts({ ...query, busy: [...query.busy, taken] }, clock);
        expect(left).not.toContain(first);
        expect(left).toEqual(
          starts.filter((other) => other >= first + (durationMinutes + bufferAfterMinutes + bufferBeforeMinutes) * minute),
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('a search over several practitioners', () => {
  it('gives the same first starts, sorted, as looking at everything', () => {
    fc.assert(
      fc.property(search, search, fc.integer({ min: 1, max: 60 }), (one, other, limit) => {
        const { terms, within } = one;
        const candidates = [one, other].map(({ schedule, busy }, index) => ({ practitionerId: `prc_${index}`, schedule, busy }));
        const all = candidates
          .flatMap(({ practitionerId, schedule, busy }) =>
            freeStarts({ schedule, busy, terms, within, limit: 10_000 }, zoneClock(schedule.timeZone)).map((found) => ({
              practitionerId,
              start: found,
            })),
          )
          .sort((a, b) => a.start - b.start || (a.practitionerId < b.practitionerId ? -1 : 1));
        expect(earliestStarts(candidates, terms, within, limit)).toEqual(all.slice(0, limit));
      }),
      { numRuns: 60 },
    );
  });
});
