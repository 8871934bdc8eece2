import { notFound, Refusal, type UserError } from '#chassis/errors.ts';
import { askIn } from '#chassis/access/rules.ts';
import { assertRole, paymentAccess } from './access.ts';
import { askProvider } from './ask-provider.ts';
import { change, forgetLoaded } from './change.ts';
import type { BillingContext } from './context.ts';
import type { RefundPaymentInput } from './generated/graphql.ts';
import type { Payment, Refund } from './generated/prisma/client.ts';
import { lockInvoice } from './invoice-store.ts';
import { assertPositive, assertSameCurrency, type Money } from './money.ts';
import { paymentStates } from './payment-states.ts';
import { findPayment } from './payment-store.ts';
import { claimRefund, findRefund, insertRefund, returnedMinor } from './refund-store.ts';
import { settleRefund } from './settle-refund.ts';
import { readText } from './text-input.ts';
import { untilAnswered } from './until-answered.ts';

export interface RefundAnswer {
  refund: Refund | null;
  userErrors: UserError[];
}

/** Gives money back, in the three steps of payInvoice. */
export async function refundPayment(context: BillingContext, input: RefundPaymentInput): Promise<RefundAnswer> {
  const outcome = await change(context, 'refundPayment', input, async (tx) => {
    assertRole(context, paymentAccess, 'refundPayment');
    const reason = readText(input.reason, 300, ['reason']);
    const named = await findPayment(tx, input.paymentId);
    if (!named || !(await paymentAccess.may(askIn(tx, context), 'refundPayment', named))) throw notFound('payment', ['paymentId']);
    await lockInvoice(tx, named.invoiceId);
    const payment = (await findPayment(tx, named.id)) ?? named;
    if (payment.status !== 'SUCCEEDED') {
      throw new Refusal('ILLEGAL_STATE', `The payment is ${payment.status}; only one that SUCCEEDED can be refunded.`, {
        path: ['paymentId'],
        currentState: payment.status,
        allowedStates: paymentStates.allowedFrom(payment.status),
      });
    }
    const { amountMinor } = amountToRefund(payment, await returnedMinor(tx, payment.id), input.amount ?? null);
    const createdAt = context.now();
    const nextCheckAt = new Date(createdAt.getTime() + context.times.lostAfterMs);
    const { id } = await insertRefund(tx, payment, { amountMinor, reason, createdAt, nextCheckAt });
    return { refundId: id };
  });
  if (!outcome.ok) return { refund: null, userErrors: outcome.userErrors };
  // A repeated key may come from someone who is no longer a biller: nothing is sent for them.
  const payment = await context.loaders.payment.load(input.paymentId);
  if (!payment || !(await paymentAccess.may(context, 'refundPayment', payment))) {
    return { refund: null, userErrors: notFound('payment', ['paymentId']).userErrors };
  }
  const refund = await giveBack(context, outcome.result.refundId);
  forgetLoaded(context);
  return { refund, userErrors: refund.status === 'FAILED' ? declined() : [] };
}

/**
 * What is given back: the amount given, or all that is neither given back nor on its way.
 * @throws Refusal INVALID_INPUT, CURRENCY_MISMATCH, REFUND_EXCEEDS_PAYMENT
 */
export function amountToRefund(
  payment: Pick<Payment, 'amountMinor' | 'currency'>,
  alreadyReturnedMinor: number,
  amount: Money | null,
): Money {
  const left = payment.amountMinor - alreadyReturnedMinor;
  if (amount) {
    assertSameCurrency(amount, payment.currency, 'payment', ['amount']);
    assertPositive(amount, ['amount']);
  }
  if (left <= 0 || (amount && amount.amountMinor > left)) {
    throw new Refusal(
      'REFUND_EXCEEDS_PAYMENT',
      `Only ${left} minor units of ${payment.currency} of this payment can still be refunded. Refund at most that.`,
      {
        path: amount ? ['amount', 'amountMinor'] : ['paymentId'],
      },
    );
  }
  return { amountMinor: amount?.amountMinor ?? left, currency: payment.currency };
}

async function giveBack(context: BillingContext, refundId: string): Promise<Refund> {
  const { database, provider, times } = context;
  const read = async (): Promise<Refund> => {
    const refund = await findRefund(database.client, refundId);
    if (!refund) throw new Error(`refund ${refundId} is gone`);
    return refund;
  };
  const sentAt = context.now();
  if (await claimRefund(database.client, refundId, sentAt, new Date(sentAt.getTime() + times.deadlineMs + times.firstCheckMs))) {
    const refund = await read();
    const payment = await findPayment(database.client, refund.paymentId);
    if (!payment) throw new Error(`the payment of refund ${refundId} is gone`);
    const { providerKey: key, amountMinor, currency } = refund;
    const answer = await askProvider(context, key, (signal) =>
      provider.refund({ key, chargeKey: payment.providerKey, amountMinor, currency }, signal),
    );
    await settleRefund(context, refund, answer);
  } else {
    // One that was asked again is no longer with the request that sent it: its present state is the answer.
    await untilAnswered(async () => {
      const { status, checks } = await read();
      return status === 'PENDING' && checks === 0;
    }, times.deadlineMs);
  }
  return read();
}

const declined = (): UserError[] =>
  new Refusal(
    'PAYMENT_DECLINED',
    'The payment provider did not make the refund; nothing was given back. Try again with a new idempotency key.',
    {
      path: ['paymentId'],
    },
  ).userErrors;
