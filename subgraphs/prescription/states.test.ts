import { Refusal } from '#chassis/errors.ts';
import type { StateMachine } from '#chassis/state-machine.ts';
import { describe, expect, test } from 'vitest';
import { dispenseStates } from './dispense-states.ts';
import { prescriptionStates } from './prescription-states.ts';

// Every pair of states is a row; the legal ones are written out here once more, independent of the tables in the code.

const machines: [string, StateMachine<string>, string[], Set<string>][] = [
  [
    'a prescription',
    prescriptionStates,
    ['DRAFT', 'ACTIVE', 'ON_HOLD', 'CANCELLED', 'COMPLETED', 'STOPPED', 'ENTERED_IN_ERROR'],
    new Set([
      'DRAFT→ACTIVE',
      'DRAFT→CANCELLED',
      'ACTIVE→ON_HOLD',
      'ACTIVE→STOPPED',
      'ACTIVE→CANCELLED',
      'ACTIVE→COMPLETED',
      'ON_HOLD→ACTIVE',
      'ON_HOLD→STOPPED',
    ]),
  ],
  [
    'a dispense',
    dispenseStates,
    ['PREPARATION', 'IN_PROGRESS', 'COMPLETED', 'DECLINED', 'CANCELLED', 'ON_HOLD', 'STOPPED'],
    new Set([
      'PREPARATION→IN_PROGRESS',
      'PREPARATION→DECLINED',
      'PREPARATION→CANCELLED',
      'PREPARATION→ON_HOLD',
      'IN_PROGRESS→COMPLETED',
      'IN_PROGRESS→DECLINED',
      'IN_PROGRESS→CANCELLED',
      'IN_PROGRESS→ON_HOLD',
      'ON_HOLD→PREPARATION',
      'ON_HOLD→IN_PROGRESS',
      'ON_HOLD→CANCELLED',
      'ON_HOLD→STOPPED',
    ]),
  ],
];

describe.each(machines)('%s', (_name, machine, states, legal) => {
  test('has the states of FHIR', () => {
    expect([...machine.states].sort()).toEqual([...states].sort());
  });

  const pairs = states.flatMap((from) => states.map((to) => [from, to, legal.has(`${from}→${to}`)] as const));

  test.each(pairs.filter(([, , isLegal]) => isLegal))('may go from %s to %s', (from, to) => {
    expect(() => machine.assert(from, to)).not.toThrow();
  });

  test.each(pairs.filter(([, , isLegal]) => !isLegal))('may not go from %s to %s', (from, to) => {
    const allowedStates = states.filter((state) => legal.has(`${from}→${state}`));
    try {
      machine.assert(from, to, ['status']);
      expect.unreachable('the step was allowed');
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const [userError] = error.userErrors;
      expect(userError).toMatchObject({ code: 'ILLEGAL_STATE', currentState: from, path: ['status'] });
      expect(userError?.allowedStates?.sort()).toEqual(allowedStates.sort());
    }
  });
});
