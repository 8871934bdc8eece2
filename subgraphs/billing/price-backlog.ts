import { lock } from '#chassis/database.ts';
import { unitOfWork } from '#chassis/mutation.ts';
import type { Emit } from '#chassis/outbox.ts';
import { priceWaitingCharges } from './charge-item-store.ts';
import { statusOfPriced } from './charge-rules.ts';
import type { BillingContext, Tx } from './context.ts';
import type { Price } from './generated/prisma/client.ts';
import { closeBacklog, findPrice, openBacklog, priceLock, takeBacklog } from './price-store.ts';

/** How many charges get their price in one transaction; each is told of by an event. */
export const pricingBatch = 200;

/**
 * Gives a price that has just been set to the first charges that waited for it. When more may wait, that is written down
 * for `priceBacklog`, in the same transaction. The caller holds the lock of the price.
 * @returns how many got it now
 */
export async function priceFirst(tx: Tx, emit: Emit, price: Price): Promise<number> {
  const priced = await priceBatch(tx, emit, price);
  if (priced === pricingBatch) await openBacklog(tx, price.id);
  return priced;
}

/** Gives prices to all charges that still wait for them, batch by batch. Processes that do it at once share the work. */
export async function priceBacklog(
  context: Pick<BillingContext, 'database' | 'outbox' | 'subgraph' | 'requestId' | 'caller' | 'origin'>,
  signal?: AbortSignal,
): Promise<void> {
  const oneBatch = () =>
    unitOfWork<Tx, boolean>(context, async (tx, emit) => {
      const taken = await takeBacklog(tx);
      if (!taken) return false;
      await lock(tx, priceLock(taken.serviceCode, taken.currency));
      // Read again: a later price may have ended this one, and then gives its own days their price.
      const price = (await findPrice(tx, taken.id)) ?? taken;
      if ((await priceBatch(tx, emit, price)) < pricingBatch) await closeBacklog(tx, price.id);
      return true;
    });
  while (!signal?.aborted && (await oneBatch()));
}

async function priceBatch(tx: Tx, emit: Emit, price: Price): Promise<number> {
  const { amountMinor, currency } = price;
  const status = statusOfPriced(amountMinor);
  const priced = await priceWaitingCharges(tx, price, status, pricingBatch);
  if (status === 'BILLABLE') {
    for (const { id, patientId } of priced) {
      await emit('charge.created', id, { chargeItemId: id, patientId, amount: { amountMinor, currency } });
    }
  }
  return priced.length;
}
