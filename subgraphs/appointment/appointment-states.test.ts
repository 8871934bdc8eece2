import { describe, expect, it } from 'vitest';
import { Refusal } from '#chassis/errors.ts';
import { appointmentStates } from './appointment-states.ts';
import { waitlistStates } from './waitlist-states.ts';

const appointmentStatuses = [
  'PROPOSED',
  'PENDING',
  'BOOKED',
  'ARRIVED',
  'CHECKED_IN',
  'FULFILLED',
  'CANCELLED',
  'NOSHOW',
  'WAITLIST',
  'ENTERED_IN_ERROR',
] as const;

const legalSteps = new Set([
  'PROPOSED → PENDING',
  'PENDING → BOOKED',
  'PENDING → CANCELLED',
  'BOOKED → ARRIVED',
  'BOOKED → CANCELLED',
  'BOOKED → NOSHOW',
  'ARRIVED → CHECKED_IN',
  'ARRIVED → FULFILLED',
  'CHECKED_IN → FULFILLED',
  'WAITLIST → PENDING',
  'WAITLIST → CANCELLED',
]);

const matrix = appointmentStatuses.flatMap((from) =>
  appointmentStatuses.map((to) => ({ from, to, legal: legalSteps.has(`${from} → ${to}`) })),
);

describe('the states of an appointment', () => {
  it('are those of FHIR', () => {
    expect([...appointmentStates.states].sort()).toEqual([...appointmentStatuses].sort());
  });

  it.each(matrix.filter(({ legal }) => legal))('$from → $to is legal', ({ from, to }) => {
    expect(() => appointmentStates.assert(from, to)).not.toThrow();
  });

  it.each(matrix.filter(({ legal }) => !legal))('$from → $to is refused', ({ from, to }) => {
    const allowed = appointmentStatuses.filter((state) => legalSteps.has(`${from} → ${state}`));
    try {
      appointmentStates.assert(from, to, ['appointmentId']);
    } catch (error) {
      expect(error).toBeInstanceOf(Refusal);
      const [complaint] = (error as Refusal).userErrors;
      expect(complaint).toMatchObject({ code: 'ILLEGAL_STATE', currentState: from, path: ['appointmentId'] });
      expect([...(complaint?.allowedStates ?? [])].sort()).toEqual([...allowed].sort());
      return;
    }
    expect.unreachable(`${from} → ${to} was allowed`);
  });
});

describe('the states of a waitlist entry', () => {
  it.each([
    { from: 'WAITING', to: 'WAITING', legal: false },
    { from: 'WAITING', to: 'LEFT', legal: true },
    { from: 'LEFT', to: 'WAITING', legal: false },
    { from: 'LEFT', to: 'LEFT', legal: false },
  ] as const)('$from → $to: $legal', ({ from, to, legal }) => {
    expect(waitlistStates.allows(from, to)).toBe(legal);
  });
});
