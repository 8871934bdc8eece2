import { describe, expect, test } from 'vitest';
import type { StateMachine } from '#chassis/state-machine.ts';
import { Refusal } from '#chassis/errors.ts';
import { chargeItemStates } from './charge-item-states.ts';
import { claimOutcomes, claimStates } from './claim-states.ts';
import { coverageStates } from './coverage-states.ts';
import { invoiceStates } from './invoice-states.ts';
import { paymentStates } from './payment-states.ts';
import { refundStates } from './refund-states.ts';

// The legal steps, written out apart from the tables; every other pair of states must be refused.
const machines: { machine: StateMachine<string>; states: string[]; legal: string[] }[] = [
  {
    machine: chargeItemStates,
    states: ['PLANNED', 'BILLABLE', 'NOT_BILLABLE', 'ABORTED', 'BILLED', 'ENTERED_IN_ERROR'],
    legal: [
      'PLANNED BILLABLE',
      'PLANNED NOT_BILLABLE',
      'PLANNED ABORTED',
      'PLANNED ENTERED_IN_ERROR',
      'BILLABLE BILLED',
      'BILLABLE NOT_BILLABLE',
      'BILLABLE ABORTED',
      'BILLABLE ENTERED_IN_ERROR',
      'NOT_BILLABLE ENTERED_IN_ERROR',
      'BILLED BILLABLE',
    ],
  },
  {
    machine: invoiceStates,
    states: ['DRAFT', 'ISSUED', 'BALANCED', 'CANCELLED', 'ENTERED_IN_ERROR'],
    legal: ['DRAFT ISSUED', 'DRAFT CANCELLED', 'ISSUED BALANCED', 'ISSUED CANCELLED'],
  },
  {
    machine: paymentStates,
    states: ['CREATED', 'PENDING', 'SUCCEEDED', 'FAILED', 'UNKNOWN'],
    legal: [
      'CREATED PENDING',
      'CREATED FAILED',
      'PENDING SUCCEEDED',
      'PENDING FAILED',
      'PENDING UNKNOWN',
      'UNKNOWN SUCCEEDED',
      'UNKNOWN FAILED',
    ],
  },
  { machine: refundStates, states: ['PENDING', 'SUCCEEDED', 'FAILED'], legal: ['PENDING SUCCEEDED', 'PENDING FAILED'] },
  {
    machine: coverageStates,
    states: ['DRAFT', 'ACTIVE', 'CANCELLED', 'ENTERED_IN_ERROR'],
    legal: [
      'DRAFT ACTIVE',
      'DRAFT CANCELLED',
      'DRAFT ENTERED_IN_ERROR',
      'ACTIVE CANCELLED',
      'ACTIVE ENTERED_IN_ERROR',
      'CANCELLED ENTERED_IN_ERROR',
    ],
  },
  { machine: claimStates, states: ['DRAFT', 'ACTIVE', 'CANCELLED'], legal: ['DRAFT ACTIVE', 'DRAFT CANCELLED', 'ACTIVE CANCELLED'] },
  {
    machine: claimOutcomes,
    states: ['QUEUED', 'PARTIAL', 'COMPLETE', 'ERROR'],
    legal: ['QUEUED PARTIAL', 'QUEUED COMPLETE', 'QUEUED ERROR', 'PARTIAL COMPLETE', 'PARTIAL ERROR'],
  },
];

describe.each(machines)('the $machine.noun', ({ machine, states, legal }) => {
  test('has exactly these states', () => {
    expect([...machine.states].sort()).toEqual([...states].sort());
  });

  const steps = states.flatMap((from) => states.map((to) => ({ from, to, isLegal: legal.includes(`${from} ${to}`) })));
  test.each(steps)('$from to $to: legal $isLegal', ({ from, to, isLegal }) => {
    expect(machine.allows(from, to)).toBe(isLegal);
    if (isLegal) return machine.assert(from, to);
    expect(() => machine.assert(from, to, ['id'])).toThrow(Refusal);
    try {
      machine.assert(from, to, ['id']);
    } catch (error) {
      const [complaint] = (error as Refusal).userErrors;
      expect(complaint).toMatchObject({ code: 'ILLEGAL_STATE', path: ['id'], currentState: from });
      expect(new Set(complaint?.allowedStates)).toEqual(new Set(states.filter((next) => legal.includes(`${from} ${next}`))));
    }
  });
});
