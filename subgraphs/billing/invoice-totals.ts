import type { Invoice } from './generated/prisma/client.ts';
import type { PaidSums } from './invoice-store.ts';
import type { Money } from './money.ts';

interface InvoiceTotals {
  total: Money;
  paid: Money;
  pending: Money;
  refunded: Money;
  balance: Money;
}

/** The sums of an invoice. What is refunded does not open it again; a draft and a cancelled one owe nothing. */
export function invoiceTotals(
  { status, totalMinor, currency }: Pick<Invoice, 'status' | 'totalMinor' | 'currency'>,
  sums: Pick<PaidSums, 'paidMinor' | 'pendingMinor' | 'refundedMinor'> | null,
): InvoiceTotals {
  const { paidMinor, pendingMinor, refundedMinor } = sums ?? { paidMinor: 0, pendingMinor: 0, refundedMinor: 0 };
  const money = (amountMinor: number): Money => ({ amountMinor, currency });
  const isOwed = status === 'ISSUED' || status === 'BALANCED';
  return {
    total: money(totalMinor),
    paid: money(paidMinor),
    pending: money(pendingMinor),
    refunded: money(refundedMinor),
    balance: money(isOwed ? totalMinor - paidMinor : 0),
  };
}
