import { describe, expect, test } from 'vitest';
import { Refusal } from '#chassis/errors.ts';
import {
  assertCapable,
  assertContent,
  assertReason,
  neededCapabilities,
  validUntil,
  type Content,
  type Prescribable,
  type Schedule,
} from './prescription-rules.ts';

const tablet: Prescribable = { doseUnit: 'TABLET', schedule: 'NONE', composition: [{ micrograms: 500_000n }] };
const content: Content = {
  doseAmount: '1',
  doseUnit: 'TABLET',
  frequencyPerDay: 3,
  durationDays: 7,
  instructions: null,
  quantity: 21,
  refills: 0,
  note: null,
};

function complaints(change: Partial<Content>, medication: Partial<Prescribable> = {}): string[] {
  try {
    assertContent({ ...content, ...change }, { ...tablet, ...medication });
    return [];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    expect(error.userErrors.every(({ code }) => code === 'INVALID_INPUT')).toBe(true);
    return error.userErrors.map(({ path }) => path.join('.'));
  }
}

describe('the content of a prescription', () => {
  test.each<[string, Partial<Content>]>([
    ['dosage.doseAmount', { doseAmount: '0' }],
    ['dosage.doseUnit', { doseUnit: 'ML' }],
    ['dosage.frequencyPerDay', { frequencyPerDay: 0 }],
    ['dosage.frequencyPerDay', { frequencyPerDay: 25 }],
    ['dosage.durationDays', { durationDays: 0 }],
    ['dosage.durationDays', { durationDays: 366 }],
    ['dosage.instructions', { instructions: 'x'.repeat(501) }],
    ['quantity', { quantity: 0 }],
    ['quantity', { quantity: 10_001 }],
    ['refills', { refills: -1 }],
    ['refills', { refills: 12 }],
    ['refills', { refills: 5, durationDays: 90 }],
    ['note', { note: 'x'.repeat(2001) }],
  ])('is refused for %s: %o', (path, change) => {
    expect(complaints(change)).toEqual([path]);
  });

  test('is refused with all complaints at once', () => {
    expect(complaints({ doseAmount: 'x', quantity: 0, refills: 99 })).toEqual(['dosage.doseAmount', 'quantity', 'refills']);
  });

  test('may be dosed in milligrams only where one ingredient is measured in mass', () => {
    expect(complaints({ doseUnit: 'MG' })).toEqual([]);
    expect(complaints({ doseUnit: 'MG' }, { composition: [{ micrograms: null }] })).toEqual(['dosage.doseUnit']);
    expect(complaints({ doseUnit: 'MG' }, { composition: [{ micrograms: 1n }, { micrograms: 2n }] })).toEqual(['dosage.doseUnit']);
  });

  test.each<[Schedule, number, number, boolean]>([
    ['NONE', 11, 30, true],
    ['II', 0, 30, true],
    ['II', 1, 30, false],
    ['III', 5, 30, true],
    ['III', 6, 7, false],
    ['IV', 5, 36, true],
    ['IV', 5, 37, false],
    ['V', 5, 30, true],
    ['V', 6, 7, false],
  ])('of schedule %s with %i refills of %i days: allowed %s', (schedule, refills, durationDays, allowed) => {
    expect(complaints({ refills, durationDays }, { schedule })).toEqual(allowed ? [] : ['refills']);
  });
});

describe('the validity', () => {
  test.each<[string, Schedule, string]>([
    ['2026-03-08T14:30:00.000Z', 'NONE', '2027-03-08T14:30:00.000Z'],
    ['2024-02-29T10:00:00.000Z', 'NONE', '2025-02-28T10:00:00.000Z'],
    ['2026-08-31T10:00:00.000Z', 'IV', '2027-02-28T10:00:00.000Z'],
    ['2026-03-31T10:00:00.000Z', 'II', '2026-09-30T10:00:00.000Z'],
  ])('of what is signed at %s, schedule %s, ends at %s', (signedAt, schedule, end) => {
    expect(validUntil(new Date(signedAt), schedule).toISOString()).toBe(end);
  });
});

describe('a pharmacy', () => {
  test.each([
    [{ refills: 0, priorPrescriptionId: null }, 'NONE', ['NEW']],
    [{ refills: 2, priorPrescriptionId: null }, 'NONE', ['NEW', 'REFILL']],
    [{ refills: 0, priorPrescriptionId: 'rx_1' }, 'IV', ['CHANGE', 'CONTROLLED']],
  ] as const)('for %o of schedule %s must take %o', (prescription, schedule, needed) => {
    expect(neededCapabilities(prescription, schedule)).toEqual(needed);
  });

  test('that lacks a capability is refused by its name', () => {
    expect(() => assertCapable({ name: 'Night Owl', capabilities: ['NEW'] }, ['NEW', 'REFILL', 'CONTROLLED'])).toThrow(
      /Night Owl .* lacks REFILL and CONTROLLED/,
    );
    expect(() => assertCapable({ name: 'Night Owl', capabilities: ['NEW', 'REFILL'] }, ['REFILL'])).not.toThrow();
  });
});

test.each([
  ['  tolerated before ', 'tolerated before'],
  ['yes', 'yes'],
])('the reason %j is %j', (text, reason) => {
  expect(assertReason(text)).toBe(reason);
});

test.each(['', '  a ', 'x'.repeat(501)])('%j is no reason', (text) => {
  expect(() => assertReason(text)).toThrow('3 to 500');
});
