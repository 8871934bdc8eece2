import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RequestLife } from './request-life.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp() {
  const life = new RequestLife({ startedAt: performance.now(), deadlineMs: 1_000 });
  const heard: string[] = [];
  const add = (name: string, outlivesClient: boolean) => {
    const pending = { outlivesClient, stop: (reason: string) => void heard.push(`${name}: ${reason}`) };
    life.add(pending);
    return () => life.remove(pending);
  };
  return { life, heard, add };
}

test('everything that goes on ends at the deadline, by one timer', () => {
  const { heard, add } = setUp();
  add('query', false);
  add('mutation', true);
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(999);
  expect(heard).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(heard).toEqual(['query: deadline', 'mutation: deadline']);
});

test('what has its answer hears nothing', () => {
  const { heard, add } = setUp();
  const answered = add('query', false);
  answered();
  vi.advanceTimersByTime(2_000);
  expect(heard).toEqual([]);
});

test('a client that leaves ends its queries; its mutations have until the deadline', () => {
  const { life, heard, add } = setUp();
  add('query', false);
  add('mutation', true);
  life.leave();
  expect(life.clientLeft).toBe(true);
  expect(heard).toEqual(['query: clientLeft']);
  vi.advanceTimersByTime(1_000);
  expect(heard).toEqual(['query: clientLeft', 'mutation: deadline']);
});

test('no timer is left behind: not by a request that is answered, not by a mutation without a client', () => {
  const answered = setUp();
  const [first, second] = [answered.add('query', false), answered.add('query', false)];
  first();
  second();
  answered.life.end();
  expect(vi.getTimerCount()).toBe(0);
  const alone = setUp();
  const mutated = alone.add('mutation', true);
  alone.life.leave();
  expect(vi.getTimerCount()).toBe(1);
  mutated();
  expect(vi.getTimerCount()).toBe(0);
});
