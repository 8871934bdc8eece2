import type { Invoice } from '../subgraphs/billing/generated/prisma/client.ts';
import type { BillingPart } from '../subgraphs/billing/seed.ts';
import { demoIds } from '../router/personas.ts';
import { daysAfter, hourMs, minutesAfter } from './calendar.ts';
import type { Random } from './random.ts';
import { currency } from './visit-types.ts';

type Rows = Pick<BillingPart, 'payments' | 'refunds' | 'providerCharges'>;

/** In one payment or two; now and then a card is declined first, or something is given back. */
export function pay(draw: Random, rows: Rows, invoice: Invoice, issuedAt: Date, fate: 'PAID' | 'PARTLY_PAID', today: Date): void {
  const half = Math.floor(invoice.totalMinor / 2);
  const amounts = fate === 'PARTLY_PAID' ? [half] : draw.chance(0.2) ? [half, invoice.totalMinor - half] : [invoice.totalMinor];
  let at = new Date(issuedAt.getTime() + draw.whole(2, 40) * hourMs);
  if (draw.chance(0.05) && at < today) payment(draw, rows, invoice, invoice.totalMinor, at, 'card_declined');
  for (const [index, amountMinor] of amounts.entries()) {
    at = new Date(at.getTime() + hourMs);
    if (at >= today) return;
    const id = payment(draw, rows, invoice, amountMinor, at, null);
    if (fate === 'PAID' && index === amounts.length - 1) {
      Object.assign(invoice, { status: 'BALANCED', balancedAt: minutesAfter(at, 1) });
      const back = daysAfter(at, 2);
      if (invoice.patientId !== demoIds.patient && draw.chance(0.06) && back < today)
        refund(draw, rows, invoice, id, Math.max(1, Math.floor(amountMinor / 4)), back);
    }
  }
}

function payment(
  draw: Random,
  rows: Rows,
  { id: invoiceId, patientId }: Invoice,
  amountMinor: number,
  createdAt: Date,
  failureCode: string | null,
): string {
  const id = draw.id('pay', createdAt);
  const reference = `test_${id}`;
  rows.payments.push({
    id,
    invoiceId,
    patientId,
    status: failureCode ? 'FAILED' : 'SUCCEEDED',
    amountMinor,
    currency,
    providerKey: id,
    providerReference: failureCode ? null : reference,
    failureCode,
    createdAt,
    sentAt: createdAt,
    settledAt: minutesAfter(createdAt, 1),
    nextCheckAt: null,
    checks: 0,
  });
  const [token, outcome] = failureCode ? ['tok_decline', 'DECLINED'] : ['tok_success', 'SUCCEEDED'];
  rows.providerCharges.push({
    key: id,
    refundsKey: null,
    amountMinor,
    currency,
    token,
    outcome,
    reference,
    reason: failureCode,
    createdAt,
  });
  return id;
}

function refund(
  draw: Random,
  rows: Rows,
  { id: invoiceId, patientId }: Invoice,
  paymentId: string,
  amountMinor: number,
  createdAt: Date,
): void {
  const id = draw.id('rfd', createdAt);
  const reference = `test_${id}`;
  rows.refunds.push({
    id,
    paymentId,
    invoiceId,
    patientId,
    status: 'SUCCEEDED',
    amountMinor,
    currency,
    reason: 'Part of the service was not given',
    providerKey: id,
    providerReference: reference,
    failureCode: null,
    createdAt,
    sentAt: createdAt,
    settledAt: minutesAfter(createdAt, 1),
    nextCheckAt: null,
    checks: 0,
  });
  rows.providerCharges.push({
    key: id,
    refundsKey: paymentId,
    amountMinor,
    currency,
    token: 'tok_success',
    outcome: 'SUCCEEDED',
    reference,
    reason: null,
    createdAt,
  });
}
