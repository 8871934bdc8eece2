import { expect, test } from 'vitest';
import type { EventBatch, EventResult, Inbox } from './events-in.ts';
import { createInProcessCourier } from './in-process-courier.ts';

const batch: EventBatch = { source: 'patient', events: [], caughtUp: true };
const never = new AbortController().signal;
const inbox = (receive: Inbox['receive']): Inbox => ({ receive, close: () => Promise.resolve() });

test('a batch goes to the inbox of the consumer, and its results come back', async () => {
  const results: EventResult[] = [{ id: 'evt_1', outcome: 'applied' }];
  const received: unknown[] = [];
  const courier = createInProcessCourier((consumer) =>
    inbox(async (got) => {
      received.push(consumer, got);
      return results;
    }),
  );
  expect(await courier.deliver('billing', batch, never)).toBe(results);
  expect(received).toEqual(['billing', batch]);
});

test('a consumer that does not run, and one that cannot take in, are failures of the delivery', async () => {
  const courier = createInProcessCourier((consumer) =>
    consumer === 'visit' ? inbox(() => Promise.reject(new Error('no database'))) : undefined,
  );
  await expect(courier.deliver('billing', batch, never)).rejects.toThrow('billing does not run');
  await expect(courier.deliver('visit', batch, never)).rejects.toThrow('no database');
});

test('a relay that closes does not wait for a consumer that hangs', async () => {
  const closing = new AbortController();
  const courier = createInProcessCourier(() => inbox(() => new Promise(() => undefined)));
  const delivery = courier.deliver('billing', batch, closing.signal);
  closing.abort(new Error('the relay closes'));
  await expect(delivery).rejects.toThrow('the relay closes');
});
