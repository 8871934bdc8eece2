import { describe, expect, it } from 'vitest';
import { openWindows, type DatedException, type WeeklyRule } from './open-windows.ts';
import { zoneClock } from './zone-clock.ts';

const hour = (count: number): number => count * 60;
/** 2026-06-01 is a Monday. */
const monday = 1;
const rule = (startHour: number, endHour: number, change: Partial<WeeklyRule> = {}): WeeklyRule => ({
  dayOfWeek: monday,
  startMinute: hour(startHour),
  endMinute: hour(endHour),
  validFrom: null,
  validTo: null,
  ...change,
});
const exception = (kind: DatedException['kind'], startsOn: string, hours?: [number, number], endsOn = startsOn): DatedException => ({
  kind,
  startsOn,
  endsOn,
  startMinute: hours ? hour(hours[0]) : null,
  endMinute: hours ? hour(hours[1]) : null,
});

/** Windows of the week from Monday 2026-06-01, in UTC, as `dayTHH/dayTHH`. */
function week(rules: WeeklyRule[], exceptions: DatedException[] = []): string[] {
  const within = { start: Date.parse('2026-06-01T00:00:00Z'), end: Date.parse('2026-06-06T00:00:00Z') };
  const short = (at: number) => new Date(at).toISOString().slice(8, 13);
  return openWindows({ timeZone: 'UTC', rules, exceptions }, zoneClock('UTC'), within).map(
    ({ start, end }) => `${short(start)}/${short(end)}`,
  );
}

describe('open windows', () => {
  it('follow the weekly rules', () => {
    expect(week([rule(9, 12), rule(13, 17), rule(8, 10, { dayOfWeek: 3 })])).toEqual(['01T09/01T12', '01T13/01T17', '03T08/03T10']);
  });

  it('join where rules overlap or touch', () => {
    expect(week([rule(9, 12), rule(11, 15), rule(15, 17)])).toEqual(['01T09/01T17']);
  });

  it('cross midnight', () => {
    expect(week([rule(22, 6)])).toEqual(['01T22/02T06']);
  });

  it('begin on the day before the range when they reach into it', () => {
    expect(week([rule(22, 6, { dayOfWeek: 7 })])[0]).toBe('31T22/01T06');
  });

  it('last 24 hours when begin and end are the same', () => {
    expect(week([rule(0, 0)])).toEqual(['01T00/02T00']);
  });

  it.each([
    { name: 'before validFrom', change: { validFrom: '2026-06-02' }, open: [] },
    { name: 'on validFrom', change: { validFrom: '2026-06-01' }, open: ['01T09/01T17'] },
    { name: 'on validTo', change: { validTo: '2026-06-01' }, open: ['01T09/01T17'] },
    { name: 'after validTo', change: { validTo: '2026-05-31' }, open: [] },
  ])('respect the validity of a rule: $name', ({ change, open }) => {
    expect(week([rule(9, 17, change)])).toEqual(open);
  });

  it.each([
    { name: 'a whole day off', exceptions: [exception('TIME_OFF', '2026-06-01')], open: [] },
    { name: 'hours off in the middle', exceptions: [exception('TIME_OFF', '2026-06-01', [11, 13])], open: ['01T09/01T11', '01T13/01T17'] },
    { name: 'hours off over the begin', exceptions: [exception('TIME_OFF', '2026-06-01', [7, 10])], open: ['01T10/01T17'] },
    { name: 'hours off beside the window', exceptions: [exception('TIME_OFF', '2026-06-01', [7, 9])], open: ['01T09/01T17'] },
    {
      name: 'extra hours on another day',
      exceptions: [exception('EXTRA_HOURS', '2026-06-06', [10, 12])],
      open: ['01T09/01T17', '06T10/06T12'],
    },
    {
      name: 'extra hours over midnight',
      exceptions: [exception('EXTRA_HOURS', '2026-06-05', [23, 1])],
      open: ['01T09/01T17', '05T23/06T01'],
    },
    {
      name: 'extra hours on several days',
      exceptions: [exception('EXTRA_HOURS', '2026-06-03', [10, 12], '2026-06-04')],
      open: ['01T09/01T17', '03T10/03T12', '04T10/04T12'],
    },
    {
      name: 'time off over extra hours',
      exceptions: [exception('EXTRA_HOURS', '2026-06-01', [17, 20]), exception('TIME_OFF', '2026-06-01', [16, 18])],
      open: ['01T09/01T16', '01T18/01T20'],
    },
    { name: 'time off of a week that began before', exceptions: [exception('TIME_OFF', '2026-05-25', undefined, '2026-06-01')], open: [] },
  ])('take in exceptions: $name', ({ exceptions, open }) => {
    expect(week([rule(9, 17)], exceptions)).toEqual(open);
  });

  it('a night shift loses only the hours of the day off', () => {
    expect(week([rule(22, 6)], [exception('TIME_OFF', '2026-06-02')])).toEqual(['01T22/02T00']);
  });
});
