import { unitOfWork } from '#chassis/mutation.ts';
import type { Emit } from '#chassis/outbox.ts';
import { isOvertaken, reportContradiction, type ProviderAnswer } from './ask-provider.ts';
import type { BillingContext, Tx } from './context.ts';
import type { Refund } from './generated/prisma/client.ts';
import { lockInvoice } from './invoice-store.ts';
import { post } from './ledger-store.ts';
import { nextCheck } from './provider-times.ts';
import { refundStates } from './refund-states.ts';
import { findRefund, moveRefund } from './refund-store.ts';

type SettlingContext = Pick<
  BillingContext,
  'database' | 'outbox' | 'subgraph' | 'requestId' | 'log' | 'times' | 'now' | 'caller' | 'origin'
>;

/** Writes down what the provider said of a refund, once: hearing the same again changes nothing. */
export async function settleRefund(context: SettlingContext, { id, invoiceId }: Refund, answer: ProviderAnswer): Promise<void> {
  await unitOfWork<Tx, void>(context, async (tx, emit) => {
    await lockInvoice(tx, invoiceId);
    const refund = await findRefund(tx, id);
    if (!refund) throw new Error(`refund ${id} is gone`);
    if (refund.settledAt) return reportContradiction(context.log, refund, answer);
    if (isOvertaken(answer, refund)) return;
    const at = context.now();
    switch (answer.outcome) {
      case 'SUCCEEDED':
        return succeed(tx, emit, refund, answer.reference, at);
      case 'DECLINED':
      case 'LOST':
        refundStates.assert(refund.status, 'FAILED');
        await moveRefund(tx, refund, { status: 'FAILED', failureCode: answer.code, settledAt: at, nextCheckAt: null });
        return;
      case 'PROCESSING':
      case 'NO_ANSWER':
        await moveRefund(tx, refund, { checks: { increment: 1 }, nextCheckAt: nextCheck(at, refund.checks, context.times) });
    }
  });
}

async function succeed(tx: Tx, emit: Emit, refund: Refund, reference: string, at: Date): Promise<void> {
  const { id, paymentId, invoiceId, patientId, amountMinor, currency } = refund;
  const amount = { amountMinor, currency };
  refundStates.assert(refund.status, 'SUCCEEDED');
  if (!(await moveRefund(tx, refund, { status: 'SUCCEEDED', providerReference: reference, settledAt: at, nextCheckAt: null }))) return;
  await post(tx, { kind: 'REFUND_PAID', sourceId: id, patientId, invoiceId, amount, at });
  await emit('refund.succeeded', invoiceId, { refundId: id, paymentId, invoiceId, patientId, amount });
}
