import type { SubgraphName } from '#schema/events.ts';
import type { Inbox } from './events-in.ts';
import { deliveryDeadlineMs, type Courier } from './relay.ts';

/**
 * Hands events to the inbox of a subgraph in the same process. Outbox and inbox are the same as over HTTP, and with them order and
 * effect: this only carries. Taking in cannot be torn apart, so after the deadline the sender stops waiting and will send again.
 */
export const createInProcessCourier = (inboxOf: (consumer: SubgraphName) => Inbox | undefined): Courier => ({
  async deliver(consumer, batch, signal) {
    const inbox = inboxOf(consumer);
    if (!inbox) throw new Error(`${consumer} does not run yet`);
    return unlessAborted(inbox.receive(batch), AbortSignal.any([AbortSignal.timeout(deliveryDeadlineMs), signal]));
  },
});

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
