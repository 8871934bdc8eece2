import { expect, test } from 'vitest';
import { Refusal } from './errors.ts';
import { stateMachine } from './state-machine.ts';

const door = stateMachine('door', { OPEN: ['CLOSED'], CLOSED: ['OPEN', 'WALLED_UP'], WALLED_UP: [] });

test('a legal step passes', () => {
  expect(() => door.assert('OPEN', 'CLOSED')).not.toThrow();
});

test('an illegal step is refused and names the current state and the allowed next ones', () => {
  expect(() => door.assert('OPEN', 'WALLED_UP', ['doorId'])).toThrow(Refusal);
  try {
    door.assert('CLOSED', 'CLOSED', ['doorId']);
    expect.unreachable();
  } catch (error) {
    expect((error as Refusal).userErrors).toEqual([
      expect.objectContaining({
        code: 'ILLEGAL_STATE',
        path: ['doorId'],
        currentState: 'CLOSED',
        allowedStates: ['OPEN', 'WALLED_UP'],
        retryable: false,
      }),
    ]);
  }
});

test('from a final state nothing is allowed', () => {
  expect(() => door.assert('WALLED_UP', 'OPEN')).toThrow('it is final');
});
