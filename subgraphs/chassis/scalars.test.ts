import { expect, test } from 'vitest';
import { scalars } from './scalars.ts';

test.each([
  ['2026-03-08T14:30:00Z', '2026-03-08T14:30:00.000Z'],
  ['2026-03-08T14:30:00.123+05:30', '2026-03-08T09:00:00.123Z'],
  ['2024-02-29T00:00Z', '2024-02-29T00:00:00.000Z'],
])('DateTime reads %s as %s', (text, instant) => {
  expect(scalars.DateTime.serialize(scalars.DateTime.parseValue(text))).toBe(instant);
});

test.each(['2026-03-08', '2026-03-08T14:30:00', '2026-02-31T10:00:00Z', '2026-13-01T10:00:00Z', '1741444200', '', 'now'])(
  'DateTime refuses %s',
  (text) => {
    expect(() => scalars.DateTime.parseValue(text)).toThrow('RFC 3339');
  },
);

test('Date keeps the calendar date whatever the zone of the machine', () => {
  expect(scalars.Date.serialize(scalars.Date.parseValue('1984-02-29'))).toBe('1984-02-29');
});

test.each(['1983-02-29', '1984-2-9', '29.02.1984', '1984-02-29T00:00:00Z'])('Date refuses %s', (text) => {
  expect(() => scalars.Date.parseValue(text)).toThrow('calendar date');
});

test.each(['24:00', '9:30', '09:60', '09:30:00'])('LocalTime refuses %s', (text) => {
  expect(() => scalars.LocalTime.parseValue(text)).toThrow('24-hour');
});

test.each(['Mars/Olympus', '+02:00', ''])('TimeZone refuses "%s"', (text) => {
  expect(() => scalars.TimeZone.parseValue(text)).toThrow('IANA');
});

test('TimeZone takes an IANA name', () => {
  expect(scalars.TimeZone.parseValue('Australia/Lord_Howe')).toBe('Australia/Lord_Howe');
});

test('what is not a string is refused with the name of the scalar', () => {
  expect(() => scalars.DateTime.parseValue(5)).toThrow('DateTime must be a string');
});
