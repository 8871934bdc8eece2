import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dailyNanograms, microgramsInMg, nanogramsInMg, thousandths } from './dosage.ts';

describe('thousandths of a dose', () => {
  test.each([
    ['1', 1000n],
    ['0.5', 500n],
    ['0.125', 125n],
    ['12.50', 12_500n],
    ['99999.999', 99_999_999n],
  ])('%s is %s', (text, expected) => {
    expect(thousandths(text)).toBe(expected);
  });

  test.each(['', '0', '0.000', '-1', '+1', '1.', '.5', '1.2345', '1e3', '100000', 'one', '1,5', ' 1', '١'])('%j is no dose', (text) => {
    expect(thousandths(text)).toBeNull();
  });

  test('are exact for every amount', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999_999 }), (value) => {
        const text = `${Math.floor(value / 1000)}.${String(value % 1000).padStart(3, '0')}`;
        expect(thousandths(text)).toBe(BigInt(value));
      }),
    );
  });
});

describe('the daily amount', () => {
  test.each([
    // two tablets of 500 mg, four times a day: 4 g
    [{ doseAmount: '2', doseUnit: 'TABLET', frequencyPerDay: 4 }, 500_000n, '4000'],
    [{ doseAmount: '0.5', doseUnit: 'TABLET', frequencyPerDay: 3 }, 5_000n, '7.5'],
    [{ doseAmount: '1', doseUnit: 'TABLET', frequencyPerDay: 1 }, 50n, '0.05'],
    // in milligrams the strength does not matter
    [{ doseAmount: '250', doseUnit: 'MG', frequencyPerDay: 2 }, 500_000n, '500'],
  ])('of %o is %s', (dose, micrograms, mg) => {
    expect(nanogramsInMg(dailyNanograms(dose, micrograms) ?? 0n)).toBe(mg);
  });

  test('is unknown for what is not measured in mass', () => {
    expect(dailyNanograms({ doseAmount: '20', doseUnit: 'UNIT', frequencyPerDay: 1 }, null)).toBeNull();
  });

  test('grows with every part of the dose', () => {
    const amount = fc.integer({ min: 1, max: 5000 });
    fc.assert(
      fc.property(amount, fc.integer({ min: 1, max: 23 }), fc.bigInt(1n, 1_000_000n), (units, frequencyPerDay, micrograms) => {
        const daily = (doseAmount: number, often: number) =>
          dailyNanograms({ doseAmount: String(doseAmount), doseUnit: 'TABLET', frequencyPerDay: often }, micrograms) ?? 0n;
        expect(daily(units + 1, frequencyPerDay)).toBeGreaterThan(daily(units, frequencyPerDay));
        expect(daily(units, frequencyPerDay + 1)).toBeGreaterThan(daily(units, frequencyPerDay));
      }),
    );
  });
});

test.each([
  [1n, '0.001'],
  [25n, '0.025'],
  [500n, '0.5'],
  [1000n, '1'],
  [112_500n, '112.5'],
])('%s micrograms are %s mg', (micrograms, mg) => {
  expect(microgramsInMg(micrograms)).toBe(mg);
});
