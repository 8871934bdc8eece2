import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarDate, isMinor, latestToday, majorityDate } from './calendar.ts';

const date = (text: string) => new Date(`${text}T00:00:00.000Z`);

describe('coming of age', () => {
  it.each([
    ['2008-11-23', '2026-11-22T23:59:59.999Z', true],
    ['2008-11-23', '2026-11-23T00:00:00.000Z', false],
    ['2008-02-29', '2026-02-28T12:00:00.000Z', true],
    ['2008-02-29', '2026-03-01T00:00:00.000Z', false],
    ['2026-11-23', '2026-11-23T10:00:00.000Z', true],
    ['1950-01-01', '2026-11-23T10:00:00.000Z', false],
  ])('born %s, at %s: a minor is %s', (birthDate, now, minor) => {
    expect(isMinor(date(birthDate), new Date(now))).toBe(minor);
  });

  it('happens once and lasts', () => {
    const days = fc.date({ min: date('1880-01-01'), max: date('2080-01-01'), noInvalidDate: true }).map(calendarDate);
    fc.assert(
      fc.property(days, days, (birthDate, now) => {
        expect(isMinor(birthDate, now)).toBe(now < majorityDate(birthDate));
        expect(majorityDate(birthDate).getUTCFullYear() - birthDate.getUTCFullYear()).toBe(18);
      }),
    );
  });
});

describe('latestToday', () => {
  it.each([
    ['2026-11-23T09:59:59.999Z', '2026-11-23'],
    ['2026-11-23T10:00:00.000Z', '2026-11-24'],
  ])('at %s is %s', (now, today) => {
    expect(latestToday(new Date(now))).toEqual(date(today));
  });
});
