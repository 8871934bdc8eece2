import { expect, test } from 'vitest';
import { RetryBudget } from './retry-budget.ts';

function budgetAt(start: number) {
  const clock = { now: start };
  const budget = new RetryBudget(() => clock.now);
  const taken = (tries: number) => Array.from({ length: tries }, () => budget.take()).filter(Boolean).length;
  const earn = (requests: number) => Array.from({ length: requests }, () => budget.earn());
  return { clock, taken, earn };
}

test('ten retries are there from the start, and come back at one per second', () => {
  const { clock, taken } = budgetAt(0);
  expect(taken(100)).toBe(10);
  clock.now += 3_000;
  expect(taken(100)).toBe(3);
  clock.now += 60_000;
  expect(taken(100)).toBe(10);
});

test('a fifth of the requests may be repeated', () => {
  const { taken, earn } = budgetAt(0);
  taken(10);
  earn(100);
  expect(taken(100)).toBe(20);
});

test('a quiet night does not save up for a storm', () => {
  const { taken, earn } = budgetAt(0);
  earn(1_000_000);
  expect(taken(1_000)).toBe(60);
});
