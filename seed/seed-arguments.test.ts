import { expect, test } from 'vitest';
import { ConfigError } from '#chassis/config.ts';
import { readSeedArguments } from './seed-arguments.ts';

const now = new Date('2026-03-18T09:30:00.000Z');

test('300 patients and the present moment, unless said otherwise', () => {
  expect(readSeedArguments([], now)).toEqual({ patients: 300, today: now });
  expect(readSeedArguments(['--patients', '5000', '--today', '2026-02-28'], now)).toEqual({
    patients: 5_000,
    today: new Date('2026-02-28T12:00:00.000Z'),
  });
});

test.each([
  [['--patients', 'many'], '--patients must be a whole number'],
  [['--patients', '9'], '--patients must be a whole number'],
  [['--patients', '1e9'], '--patients must be a whole number'],
  [['--today', '2026-02-30'], '--today must be a calendar date'],
  [['--today', 'tomorrow'], '--today must be a calendar date'],
  [['--colour', 'red'], "Unknown option '--colour'"],
  [['100'], "Unexpected argument '100'"],
])('%j is refused with one clear sentence', (args, message) => {
  expect(() => readSeedArguments(args, now)).toThrow(ConfigError);
  expect(() => readSeedArguments(args, now)).toThrow(message);
});
