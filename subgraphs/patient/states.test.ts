import { describe, expect, it } from 'vitest';
import { Refusal } from '#chassis/errors.ts';
import type { StateMachine } from '#chassis/state-machine.ts';
import { allergyClinicalStates, allergyVerificationStates } from './allergy-states.ts';
import { consentStates } from './consent-states.ts';
import { proxyGrantStates } from './proxy-states.ts';

const machines: { name: string; machine: StateMachine<string>; states: string[]; legal: string[] }[] = [
  {
    name: 'the clinical status of an allergy',
    machine: allergyClinicalStates,
    states: ['ACTIVE', 'INACTIVE', 'RESOLVED'],
    legal: ['ACTIVE → INACTIVE', 'ACTIVE → RESOLVED', 'INACTIVE → ACTIVE', 'INACTIVE → RESOLVED', 'RESOLVED → ACTIVE'],
  },
  {
    name: 'the verification status of an allergy',
    machine: allergyVerificationStates,
    states: ['UNCONFIRMED', 'CONFIRMED', 'REFUTED', 'ENTERED_IN_ERROR'],
    legal: [
      'UNCONFIRMED → CONFIRMED',
      'UNCONFIRMED → REFUTED',
      'UNCONFIRMED → ENTERED_IN_ERROR',
      'CONFIRMED → REFUTED',
      'CONFIRMED → ENTERED_IN_ERROR',
      'REFUTED → CONFIRMED',
      'REFUTED → ENTERED_IN_ERROR',
    ],
  },
  {
    name: 'a consent',
    machine: consentStates,
    states: ['DRAFT', 'PROPOSED', 'ACTIVE', 'REJECTED', 'INACTIVE', 'ENTERED_IN_ERROR'],
    legal: [
      'DRAFT → PROPOSED',
      'DRAFT → ACTIVE',
      'DRAFT → ENTERED_IN_ERROR',
      'PROPOSED → ACTIVE',
      'PROPOSED → REJECTED',
      'PROPOSED → ENTERED_IN_ERROR',
      'ACTIVE → INACTIVE',
      'ACTIVE → ENTERED_IN_ERROR',
      'REJECTED → ENTERED_IN_ERROR',
      'INACTIVE → ENTERED_IN_ERROR',
    ],
  },
  {
    name: 'a proxy grant',
    machine: proxyGrantStates,
    states: ['ACTIVE', 'REVOKED', 'EXPIRED'],
    legal: ['ACTIVE → REVOKED', 'ACTIVE → EXPIRED'],
  },
];

describe.each(machines)('$name', ({ machine, states, legal }) => {
  it('has these states', () => {
    expect([...machine.states].sort()).toEqual([...states].sort());
  });

  const steps = states.flatMap((from) => states.map((to) => ({ from, to, step: `${from} → ${to}` })));

  it.each(steps.filter(({ step }) => legal.includes(step)))('allows $step', ({ from, to }) => {
    expect(() => machine.assert(from, to)).not.toThrow();
  });

  it.each(steps.filter(({ step }) => !legal.includes(step)))('refuses $step', ({ from, to }) => {
    const refusal = refusalOf(() => machine.assert(from, to, ['status']));
    expect(refusal.userErrors).toEqual([
      {
        code: 'ILLEGAL_STATE',
        message: expect.stringContaining(from),
        path: ['status'],
        retryable: false,
        currentState: from,
        allowedStates: legal.filter((step) => step.startsWith(`${from} →`)).map((step) => step.split(' → ')[1]),
      },
    ]);
  });
});

function refusalOf(step: () => void): Refusal {
  try {
    step();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('was not refused');
}
