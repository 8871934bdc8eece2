import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { atInstant } from './at-instant.ts';

const day = 86_400_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a token of three months ends after three months, though no timer runs that long', async () => {
  const end = vi.fn<() => void>();
  atInstant(Date.now() + 90 * day, end);
  await vi.advanceTimersByTimeAsync(90 * day - 1);
  expect(end).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(end).toHaveBeenCalledOnce();
});

test('what has ended already ends at once', async () => {
  const end = vi.fn<() => void>();
  atInstant(Date.now() - 1, end);
  await vi.advanceTimersByTimeAsync(0);
  expect(end).toHaveBeenCalledOnce();
});

test('a cancelled one never comes, and neither does infinity', async () => {
  const end = vi.fn<() => void>();
  const cancel = atInstant(Date.now() + 40 * day, end);
  atInstant(Number.POSITIVE_INFINITY, end);
  await vi.advanceTimersByTimeAsync(30 * day);
  cancel();
  await vi.advanceTimersByTimeAsync(30 * day);
  expect(end).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});
