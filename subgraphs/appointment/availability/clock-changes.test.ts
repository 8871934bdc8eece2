import { describe, expect, it } from 'vitest';
import { Temporal } from 'temporal-polyfill';
import { isOffered, freeStarts } from './free-starts.ts';
import { openWindows, type WorkSchedule } from './open-windows.ts';
import { localText, withinDays, zoneClock } from './zone-clock.ts';

const minute = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
const utc = (at: number): string => new Date(at).toISOString().replace(':00.000Z', 'Z');

/** Open on every day from `start` to `end` of the local clock. */
const daily = (timeZone: string, start: string, end: string): WorkSchedule => ({
  timeZone,
  rules: [1, 2, 3, 4, 5, 6, 7].map((dayOfWeek) => ({
    dayOfWeek,
    startMinute: minute(start),
    endMinute: minute(end),
    validFrom: null,
    validTo: null,
  })),
  exceptions: [],
});

/** The open stretch of a daily rule that begins on the date. */
function windowOn(date: string, timeZone: string, start: string, end: string): string {
  const clock = zoneClock(timeZone);
  const day = Temporal.PlainDate.from(date);
  const { rules } = daily(timeZone, start, end);
  const schedule = { timeZone, rules: rules.map((rule) => ({ ...rule, validFrom: date, validTo: date })), exceptions: [] };
  return openWindows(schedule, clock, { start: clock.startOf(day), end: clock.startOf(day.add({ days: 1 })) })
    .map((window) => `${utc(window.start)}/${utc(window.end)}`)
    .join(' ');
}

describe('the wall clock of a zone', () => {
  it.each([
    // New York springs from 02:00 to 03:00 on 8 March 2026 and falls from 02:00 back to 01:00 on 1 November.
    { zone: 'America/New_York', date: '2026-03-07', time: '02:30', instant: '2026-03-07T07:30Z', why: 'the day before' },
    { zone: 'America/New_York', date: '2026-03-08', time: '01:59', instant: '2026-03-08T06:59Z', why: 'last minute before the gap' },
    { zone: 'America/New_York', date: '2026-03-08', time: '02:00', instant: '2026-03-08T07:00Z', why: 'skipped: 03:00' },
    { zone: 'America/New_York', date: '2026-03-08', time: '02:30', instant: '2026-03-08T07:30Z', why: 'skipped: 03:30' },
    { zone: 'America/New_York', date: '2026-03-08', time: '03:00', instant: '2026-03-08T07:00Z', why: 'first minute after the gap' },
    { zone: 'America/New_York', date: '2026-11-01', time: '00:59', instant: '2026-11-01T04:59Z', why: 'before the repeated hour' },
    { zone: 'America/New_York', date: '2026-11-01', time: '01:30', instant: '2026-11-01T05:30Z', why: 'twice: the earlier' },
    { zone: 'America/New_York', date: '2026-11-01', time: '02:00', instant: '2026-11-01T07:00Z', why: 'after the repeated hour' },
    // Lord Howe moves by half an hour: from 02:00 to 02:30 on 4 October 2026, from 02:00 back to 01:30 on 5 April.
    { zone: 'Australia/Lord_Howe', date: '2026-10-04', time: '01:59', instant: '2026-10-03T15:29Z', why: 'last minute before the gap' },
    { zone: 'Australia/Lord_Howe', date: '2026-10-04', time: '02:15', instant: '2026-10-03T15:45Z', why: 'skipped: 02:45' },
    { zone: 'Australia/Lord_Howe', date: '2026-10-04', time: '02:30', instant: '2026-10-03T15:30Z', why: 'first minute after the gap' },
    { zone: 'Australia/Lord_Howe', date: '2026-04-05', time: '01:45', instant: '2026-04-04T14:45Z', why: 'twice: the earlier' },
    { zone: 'Australia/Lord_Howe', date: '2026-04-05', time: '02:00', instant: '2026-04-04T15:30Z', why: 'after the repeated half hour' },
    // Havana changes at midnight: 00:00 to 01:00 on 8 March 2026, 01:00 back to 00:00 on 1 November.
    { zone: 'America/Havana', date: '2026-03-08', time: '00:00', instant: '2026-03-08T05:00Z', why: 'a day without midnight: 01:00' },
    { zone: 'America/Havana', date: '2026-03-08', time: '00:45', instant: '2026-03-08T05:45Z', why: 'skipped: 01:45' },
    { zone: 'America/Havana', date: '2026-11-01', time: '00:00', instant: '2026-11-01T04:00Z', why: 'midnight twice: the earlier' },
    { zone: 'America/Havana', date: '2026-11-01', time: '00:30', instant: '2026-11-01T04:30Z', why: 'twice: the earlier' },
    { zone: 'America/Havana', date: '2026-11-01', time: '01:00', instant: '2026-11-01T06:00Z', why: 'after the repeated hour' },
    // Troll moves by two hours: 01:00 to 03:00 on 29 March 2026, 03:00 back to 01:00 on 25 October.
    { zone: 'Antarctica/Troll', date: '2026-03-29', time: '01:30', instant: '2026-03-29T01:30Z', why: 'skipped: 03:30' },
    { zone: 'Antarctica/Troll', date: '2026-03-29', time: '02:59', instant: '2026-03-29T02:59Z', why: 'skipped: 04:59' },
    { zone: 'Antarctica/Troll', date: '2026-03-29', time: '03:00', instant: '2026-03-29T01:00Z', why: 'first minute after the gap' },
    { zone: 'Antarctica/Troll', date: '2026-10-25', time: '02:30', instant: '2026-10-25T00:30Z', why: 'twice: the earlier' },
    { zone: 'Antarctica/Troll', date: '2026-10-25', time: '03:00', instant: '2026-10-25T03:00Z', why: 'after the repeated hours' },
    // Kolkata never changes, at a half-hour offset.
    { zone: 'Asia/Kolkata', date: '2026-03-29', time: '02:30', instant: '2026-03-28T21:00Z', why: 'no change' },
    { zone: 'Asia/Kolkata', date: '2026-10-25', time: '00:00', instant: '2026-10-24T18:30Z', why: 'no change' },
  ])('$zone $date $time is $instant ($why)', ({ zone, date, time, instant }) => {
    expect(utc(zoneClock(zone).at(Temporal.PlainDate.from(date), minute(time)))).toBe(instant);
  });
});

describe('an open stretch over a clock change', () => {
  it.each([
    {
      zone: 'America/New_York',
      date: '2026-03-08',
      from: '01:00',
      to: '04:00',
      open: '2026-03-08T06:00Z/2026-03-08T08:00Z',
      why: 'one hour shorter',
    },
    {
      zone: 'America/New_York',
      date: '2026-03-08',
      from: '02:15',
      to: '02:45',
      open: '2026-03-08T07:15Z/2026-03-08T07:45Z',
      why: 'all in the gap: moved later',
    },
    { zone: 'America/New_York', date: '2026-03-08', from: '02:30', to: '03:15', open: '', why: 'the begin moves past the end' },
    {
      zone: 'America/New_York',
      date: '2026-11-01',
      from: '00:00',
      to: '04:00',
      open: '2026-11-01T04:00Z/2026-11-01T09:00Z',
      why: 'one hour longer',
    },
    {
      zone: 'America/New_York',
      date: '2026-03-07',
      from: '22:00',
      to: '06:00',
      open: '2026-03-08T03:00Z/2026-03-08T10:00Z',
      why: 'a night of seven hours',
    },
    {
      zone: 'America/New_York',
      date: '2026-10-31',
      from: '22:00',
      to: '06:00',
      open: '2026-11-01T02:00Z/2026-11-01T11:00Z',
      why: 'a night of nine hours',
    },
    {
      zone: 'Australia/Lord_Howe',
      date: '2026-10-03',
      from: '22:00',
      to: '06:00',
      open: '2026-10-03T11:30Z/2026-10-03T19:00Z',
      why: 'half an hour shorter',
    },
    {
      zone: 'Australia/Lord_Howe',
      date: '2026-04-05',
      from: '01:00',
      to: '03:00',
      open: '2026-04-04T14:00Z/2026-04-04T16:30Z',
      why: 'half an hour longer',
    },
    {
      zone: 'America/Havana',
      date: '2026-03-08',
      from: '00:00',
      to: '00:00',
      open: '2026-03-08T05:00Z/2026-03-09T04:00Z',
      why: 'a whole day of 23 hours',
    },
    {
      zone: 'America/Havana',
      date: '2026-11-01',
      from: '00:00',
      to: '00:00',
      open: '2026-11-01T04:00Z/2026-11-02T05:00Z',
      why: 'a whole day of 25 hours',
    },
    {
      zone: 'Antarctica/Troll',
      date: '2026-03-29',
      from: '00:00',
      to: '06:00',
      open: '2026-03-29T00:00Z/2026-03-29T04:00Z',
      why: 'two hours shorter',
    },
    {
      zone: 'Antarctica/Troll',
      date: '2026-10-25',
      from: '00:00',
      to: '06:00',
      open: '2026-10-24T22:00Z/2026-10-25T06:00Z',
      why: 'two hours longer',
    },
    {
      zone: 'Asia/Kolkata',
      date: '2026-03-29',
      from: '22:00',
      to: '06:00',
      open: '2026-03-29T16:30Z/2026-03-30T00:30Z',
      why: 'always eight hours',
    },
  ])('$zone $date $from to $to: $open ($why)', ({ zone, date, from, to, open }) => {
    expect(windowOn(date, zone, from, to)).toBe(open);
  });
});

describe('the grid of starts', () => {
  const hourly = { durationMinutes: 30, bufferBeforeMinutes: 0, bufferAfterMinutes: 0, gridMinutes: 60 };
  const startsOn = (zone: string, from: string, to: string) =>
    freeStarts(
      {
        schedule: daily(zone, '00:00', '00:00'),
        busy: [],
        terms: hourly,
        within: { start: Date.parse(from), end: Date.parse(to) },
        limit: 100,
      },
      zoneClock(zone),
    ).map((at) => localText(new Date(at), zone).slice(11));

  it('stays on the local clock when Lord Howe moves by half an hour', () => {
    expect(startsOn('Australia/Lord_Howe', '2026-10-03T14:00:00Z', '2026-10-03T17:00:00Z')).toEqual(['01:00:00+10:30', '03:00:00+11:00']);
  });

  it('offers both of two equal local times, told apart by their offsets', () => {
    expect(startsOn('America/New_York', '2026-11-01T04:00:00Z', '2026-11-01T08:00:00Z')).toEqual([
      '00:00:00-04:00',
      '01:00:00-04:00',
      '01:00:00-05:00',
      '02:00:00-05:00',
    ]);
  });

  it('is on full hours of Kolkata, half hours of UTC', () => {
    expect(isOffered(daily('Asia/Kolkata', '09:00', '17:00'), hourly, Date.parse('2026-03-29T04:30:00Z'), zoneClock('Asia/Kolkata'))).toBe(
      true,
    );
    expect(isOffered(daily('Asia/Kolkata', '09:00', '17:00'), hourly, Date.parse('2026-03-29T05:00:00Z'), zoneClock('Asia/Kolkata'))).toBe(
      false,
    );
  });
});

describe('a length in days', () => {
  it('counts days of the calendar, not 24 hours', () => {
    const from = new Date('2026-10-15T04:00:00Z');
    expect(withinDays(from, new Date('2026-11-15T05:00:00Z'), 31, 'America/New_York')).toBe(true);
    expect(withinDays(from, new Date('2026-11-15T05:00:00.001Z'), 31, 'America/New_York')).toBe(false);
    expect(withinDays(from, new Date('2026-11-15T05:00:00Z'), 31, 'UTC')).toBe(false);
  });
});
