import { notFound, Refusal, type UserError } from '#chassis/errors.ts';
import { askIn } from '#chassis/access/rules.ts';
import { assertRole, invoiceAccess } from './access.ts';
import { askProvider } from './ask-provider.ts';
import { change, forgetLoaded } from './change.ts';
import type { BillingContext } from './context.ts';
import type { PayInvoiceInput } from './generated/graphql.ts';
import type { Invoice, Payment } from './generated/prisma/client.ts';
import { invoiceStates } from './invoice-states.ts';
import { lockInvoice } from './invoice-store.ts';
import { assertPositive, assertSameCurrency, type Money } from './money.ts';
import { assertFurtherAttempt } from './payment-attempts.ts';
import { attemptsOf, claimPayment, findPayment, insertPayment } from './payment-store.ts';
import { settlePayment } from './settle-payment.ts';
import { readText } from './text-input.ts';
import { untilAnswered } from './until-answered.ts';

export interface PaymentAnswer {
  payment: Payment | null;
  userErrors: UserError[];
}

/**
 * Takes money for an invoice, in three steps, because the provider cannot be part of a transaction:
 * 1. a transaction decides and records the payment (CREATED);
 * 2. exactly one request makes it PENDING and asks the provider, outside of any transaction;
 * 3. a transaction writes down the answer, or UNKNOWN when none came.
 * A crash between the steps leaves a payment that provider-follow-up.ts brings to its end without charging again.
 */
export async function payInvoice(context: BillingContext, input: PayInvoiceInput): Promise<PaymentAnswer> {
  const outcome = await change(context, 'payInvoice', input, async (tx) => {
    assertRole(context, invoiceAccess, 'payInvoice');
    readText(input.paymentMethodToken, 255, ['paymentMethodToken']);
    const invoice = await lockInvoice(tx, input.invoiceId);
    if (!invoice || !(await invoiceAccess.may(askIn(tx, context), 'payInvoice', invoice))) {
      if (invoice) context.audit.denied('Invoice', invoice.id, invoice.patientId);
      throw notFound('invoice', ['invoiceId']);
    }
    invoiceStates.assert(invoice.status, 'BALANCED', ['invoiceId']);
    const attempts = await attemptsOf(tx, invoice.id);
    const amount = amountToPay(invoice, attempts.askedMinor, input.amount ?? null);
    assertFurtherAttempt(attempts, amount.amountMinor === invoice.totalMinor - attempts.askedMinor);
    const createdAt = context.now();
    const { id } = await insertPayment(tx, {
      invoiceId: invoice.id,
      patientId: invoice.patientId,
      ...amount,
      createdAt,
      nextCheckAt: new Date(createdAt.getTime() + context.times.lostAfterMs),
    });
    return { paymentId: id };
  });
  if (!outcome.ok) return { payment: null, userErrors: outcome.userErrors };
  // A repeated key may come from someone who could pay then and may not see the invoice now: nothing is sent for them.
  const invoice = await invoiceAccess.visible(context, await context.loaders.invoice.load(input.invoiceId));
  if (!invoice) return { payment: null, userErrors: notFound('invoice', ['invoiceId']).userErrors };
  const payment = await charge(context, outcome.result.paymentId, input.paymentMethodToken);
  forgetLoaded(context);
  return { payment, userErrors: payment.status === 'FAILED' ? [declined(payment.failureCode)] : [] };
}

/**
 * What is asked for: the amount given, or all that is neither paid nor under way.
 * @throws Refusal INVALID_INPUT, CURRENCY_MISMATCH, OVERPAYMENT
 */
export function amountToPay(invoice: Pick<Invoice, 'totalMinor' | 'currency'>, alreadyAskedMinor: number, amount: Money | null): Money {
  const open = invoice.totalMinor - alreadyAskedMinor;
  if (amount) {
    assertSameCurrency(amount, invoice.currency, 'invoice', ['amount']);
    assertPositive(amount, ['amount']);
  }
  if (open <= 0 || (amount && amount.amountMinor > open)) {
    const message =
      open <= 0
        ? 'Payments that are under way cover all of the invoice. Wait until they are settled.'
        : `Only ${open} minor units of ${invoice.currency} can still be paid, payments under way taken off. Pay at most that.`;
    throw new Refusal('OVERPAYMENT', message, { path: amount ? ['amount', 'amountMinor'] : ['invoiceId'] });
  }
  return { amountMinor: amount?.amountMinor ?? open, currency: invoice.currency };
}

/** The payment as it stands after the provider was asked, by this request or by another one with the same idempotency key. */
async function charge(context: BillingContext, paymentId: string, paymentMethodToken: string): Promise<Payment> {
  const { database, provider, times } = context;
  const read = async (): Promise<Payment> => {
    const payment = await findPayment(database.client, paymentId);
    if (!payment) throw new Error(`payment ${paymentId} is gone`);
    return payment;
  };
  const sentAt = context.now();
  if (await claimPayment(database.client, paymentId, sentAt, new Date(sentAt.getTime() + times.deadlineMs + times.firstCheckMs))) {
    const payment = await read();
    const { providerKey: key, amountMinor, currency } = payment;
    const answer = await askProvider(context, key, (signal) => provider.charge({ key, amountMinor, currency, paymentMethodToken }, signal));
    await settlePayment(context, payment, answer);
  } else {
    await untilAnswered(async () => ['CREATED', 'PENDING'].includes((await read()).status), times.deadlineMs);
  }
  return read();
}

const declined = (failureCode: string | null): UserError => {
  const [error] = new Refusal(
    'PAYMENT_DECLINED',
    failureCode === 'not_sent' || failureCode === 'not_received'
      ? 'The payment did not reach the provider; nothing was taken. Pay again with a new idempotency key.'
      : 'The payment provider declined. Use another payment method with a new idempotency key.',
    { path: ['paymentMethodToken'] },
  ).userErrors;
  return error as UserError;
};
