import { describe, expect, test } from 'vitest';
import { Refusal } from '#chassis/errors.ts';
import { noteStates, noteStatus } from './note-states.ts';
import { assertStep, visitStates, visitSteps, type VisitStep } from './visit-states.ts';

// What is legal, written out by hand from the rules of the field: the tables in code are checked against this.
const visitStatuses = ['PLANNED', 'ARRIVED', 'IN_PROGRESS', 'ONLEAVE', 'FINISHED', 'CANCELLED'] as const;
const legalVisit = [
  'PLANNED ARRIVED',
  'PLANNED CANCELLED',
  'ARRIVED IN_PROGRESS',
  'ARRIVED CANCELLED',
  'IN_PROGRESS ONLEAVE',
  'IN_PROGRESS FINISHED',
  'ONLEAVE IN_PROGRESS',
  'ONLEAVE FINISHED',
];
const noteStatuses = ['PRELIMINARY', 'FINAL', 'AMENDED'] as const;
const legalNote = ['PRELIMINARY FINAL', 'FINAL AMENDED', 'AMENDED AMENDED'];

const pairs = <S extends string>(states: readonly S[]) => states.flatMap((from) => states.map((to) => ({ from, to })));

const refusalOf = (work: () => void): Refusal => {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

test('the machines have exactly these states', () => {
  expect([...visitStates.states]).toEqual([...visitStatuses]);
  expect([...noteStates.states]).toEqual([...noteStatuses]);
});

describe('visit states', () => {
  test.each(pairs(visitStatuses))('$from to $to', ({ from, to }) => {
    const legal = legalVisit.includes(`${from} ${to}`);
    expect(visitStates.allows(from, to)).toBe(legal);
    if (legal) return expect(() => visitStates.assert(from, to)).not.toThrow();
    expect(refusalOf(() => visitStates.assert(from, to)).userErrors).toMatchObject([{ code: 'ILLEGAL_STATE', currentState: from }]);
  });
});

describe('note states', () => {
  test.each(pairs(noteStatuses))('$from to $to', ({ from, to }) => {
    expect(noteStates.allows(from, to)).toBe(legalNote.includes(`${from} ${to}`));
  });

  test('the status follows from signature and addenda', () => {
    expect(noteStatus({ signedAt: null }, 0)).toBe('PRELIMINARY');
    expect(noteStatus({ signedAt: new Date() }, 0)).toBe('FINAL');
    expect(noteStatus({ signedAt: new Date() }, 2)).toBe('AMENDED');
  });
});

describe('steps', () => {
  const legalSteps: Record<VisitStep, string[]> = {
    arrive: ['PLANNED'],
    admit: ['ARRIVED'],
    leave: ['IN_PROGRESS'],
    return: ['ONLEAVE'],
    finish: ['IN_PROGRESS', 'ONLEAVE'],
    cancel: ['PLANNED', 'ARRIVED'],
  };
  const steps = Object.keys(legalSteps) as VisitStep[];

  test('every step there is stands in this table', () => {
    expect(Object.keys(visitSteps).sort()).toEqual([...steps].sort());
  });

  test.each(steps.flatMap((step) => visitStatuses.map((from) => ({ step, from }))))('$step from $from', ({ step, from }) => {
    if (legalSteps[step].includes(from)) return expect(() => assertStep(from, step, ['visitId'])).not.toThrow();
    const { userErrors } = refusalOf(() => assertStep(from, step, ['visitId']));
    expect(userErrors).toHaveLength(1);
    expect(userErrors[0]).toMatchObject({ code: 'ILLEGAL_STATE', path: ['visitId'], currentState: from, retryable: false });
    const next = legalVisit.filter((pair) => pair.startsWith(`${from} `)).map((pair) => pair.split(' ')[1]);
    expect(userErrors[0]?.allowedStates).toEqual(next);
  });

  test('every legal pair of states is one step, and every step a legal pair', () => {
    const taken = Object.values(visitSteps).flatMap(({ from, to }) => from.map((state) => `${state} ${to}`));
    expect(taken.toSorted()).toEqual(legalVisit.toSorted());
  });
});
