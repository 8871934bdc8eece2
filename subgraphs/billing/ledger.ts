import type { LedgerAccount, LedgerTransactionKind } from './generated/prisma/enums.ts';
import type { Money } from './money.ts';

/** One side of a transaction: a debit is positive, a credit negative. */
export interface Entry extends Money {
  account: LedgerAccount;
}

const fromTo = (credit: LedgerAccount, debit: LedgerAccount, { amountMinor, currency }: Money): Entry[] => [
  { account: debit, amountMinor, currency },
  { account: credit, amountMinor: -amountMinor, currency },
];

/**
 * What each event of billing books. A refund credits cash and debits `REFUNDS`, which counts against revenue: the receivable
 * is not opened again, because money that is given back is not asked for a second time.
 */
export const entriesOf: Record<LedgerTransactionKind, (amount: Money) => Entry[]> = {
  INVOICE_ISSUED: (amount) => fromTo('REVENUE', 'RECEIVABLE', amount),
  INVOICE_CANCELLED: (amount) => fromTo('RECEIVABLE', 'REVENUE', amount),
  PAYMENT_RECEIVED: (amount) => fromTo('RECEIVABLE', 'CASH', amount),
  REFUND_PAID: (amount) => fromTo('CASH', 'REFUNDS', amount),
};
