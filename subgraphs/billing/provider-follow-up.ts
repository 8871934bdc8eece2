import { askWhatBecame } from './ask-provider.ts';
import type { BillingContext } from './context.ts';
import { duePayments } from './payment-store.ts';
import { dueRefunds } from './refund-store.ts';
import { settlePayment } from './settle-payment.ts';
import { settleRefund } from './settle-refund.ts';

/** How many payments, and how many refunds, one look takes on. */
const batchSize = 50;

/**
 * Asks the provider about every payment and refund that is due, and writes down what it says. Never charges. Two processes
 * that do it at once only hear the same answer twice. By the time one is asked about, a repeated request may have sent it:
 * whoever settles it looks again, under its lock.
 * @returns how many were asked about
 */
export async function followUp(context: BillingContext, signal?: AbortSignal): Promise<number> {
  const { client } = context.database;
  const [payments, refunds] = await Promise.all([
    duePayments(client, context.now(), batchSize),
    dueRefunds(client, context.now(), batchSize),
  ]);
  const settlements = [
    ...payments.map((payment) => async () => settlePayment(context, payment, await askWhatBecame(context, payment))),
    ...refunds.map((refund) => async () => settleRefund(context, refund, await askWhatBecame(context, refund))),
  ];
  let asked = 0;
  for (const settle of settlements) {
    if (signal?.aborted) break;
    asked++;
    // One that cannot be settled now must not hold up the others; it stays due.
    await settle().catch((error: unknown) =>
      context.log.error({ err: error }, 'an open payment or refund could not be settled; it will be tried again'),
    );
  }
  return asked;
}
