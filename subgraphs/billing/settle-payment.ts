import { unitOfWork } from '#chassis/mutation.ts';
import type { Emit } from '#chassis/outbox.ts';
import { isOvertaken, reportContradiction, type ProviderAnswer } from './ask-provider.ts';
import type { BillingContext, Tx } from './context.ts';
import type { Invoice, Payment } from './generated/prisma/client.ts';
import { invoiceStates } from './invoice-states.ts';
import { lockInvoice, updateInvoice } from './invoice-store.ts';
import { post } from './ledger-store.ts';
import { paymentStates } from './payment-states.ts';
import { findPayment, movePayment, paidMinor } from './payment-store.ts';
import { nextCheck } from './provider-times.ts';

type SettlingContext = Pick<
  BillingContext,
  'database' | 'outbox' | 'subgraph' | 'requestId' | 'log' | 'times' | 'now' | 'caller' | 'origin'
>;

const amountOf = ({ amountMinor, currency }: Payment) => ({ amountMinor, currency });
const totalOf = ({ totalMinor, currency }: Invoice) => ({ amountMinor: totalMinor, currency });

/** Writes down what the provider said, with everything that follows of it, once: hearing the same again changes nothing. */
export async function settlePayment(context: SettlingContext, { id, invoiceId }: Payment, answer: ProviderAnswer): Promise<void> {
  await unitOfWork<Tx, void>(context, async (tx, emit) => {
    const invoice = await lockInvoice(tx, invoiceId);
    const payment = await findPayment(tx, id);
    if (!invoice || !payment) throw new Error(`payment ${id} or its invoice is gone`);
    if (payment.settledAt) return reportContradiction(context.log, payment, answer);
    if (isOvertaken(answer, payment)) return;
    switch (answer.outcome) {
      case 'SUCCEEDED':
        return succeed(context, tx, emit, invoice, payment, answer.reference);
      case 'DECLINED':
      case 'LOST':
        return fail(context, tx, emit, payment, answer.code);
      case 'PROCESSING':
      case 'NO_ANSWER':
        return askAgainLater(context, tx, payment);
    }
  });
}

async function succeed(context: SettlingContext, tx: Tx, emit: Emit, invoice: Invoice, payment: Payment, reference: string): Promise<void> {
  const at = context.now();
  const { id, invoiceId, patientId } = payment;
  paymentStates.assert(payment.status, 'SUCCEEDED');
  if (!(await movePayment(tx, payment, { status: 'SUCCEEDED', providerReference: reference, settledAt: at, nextCheckAt: null }))) return;
  await post(tx, { kind: 'PAYMENT_RECEIVED', sourceId: id, patientId, invoiceId, amount: amountOf(payment), at });
  await emit('payment.succeeded', invoiceId, { paymentId: id, invoiceId, patientId, amount: amountOf(payment) });
  if ((await paidMinor(tx, invoiceId)) < invoice.totalMinor) return;
  invoiceStates.assert(invoice.status, 'BALANCED');
  await updateInvoice(tx, invoice, { status: 'BALANCED', balancedAt: at });
  await emit('invoice.balanced', invoiceId, { invoiceId, patientId, total: totalOf(invoice) });
}

async function fail(context: SettlingContext, tx: Tx, emit: Emit, payment: Payment, failureCode: string): Promise<void> {
  const { id, invoiceId, patientId } = payment;
  paymentStates.assert(payment.status, 'FAILED');
  if (!(await movePayment(tx, payment, { status: 'FAILED', failureCode, settledAt: context.now(), nextCheckAt: null }))) return;
  await emit('payment.failed', invoiceId, { paymentId: id, invoiceId, patientId, amount: amountOf(payment) });
}

async function askAgainLater({ times, now }: SettlingContext, tx: Tx, payment: Payment): Promise<void> {
  if (payment.status !== 'UNKNOWN') paymentStates.assert(payment.status, 'UNKNOWN');
  await movePayment(tx, payment, { status: 'UNKNOWN', checks: { increment: 1 }, nextCheckAt: nextCheck(now(), payment.checks, times) });
}
