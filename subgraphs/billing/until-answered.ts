import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits while another request that carries the same idempotency key is at the provider, so that both give the same answer.
 * At most `limitMs`; the caller then answers with the state that there is.
 */
export async function untilAnswered(isOpen: () => Promise<boolean>, limitMs: number): Promise<void> {
  const startedAt = performance.now();
  for (let wait = 20; (await isOpen()) && performance.now() - startedAt < limitMs; wait = Math.min(wait * 2, 200)) await pause(wait);
}
