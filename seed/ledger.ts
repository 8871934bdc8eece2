import type { LedgerTransaction } from '../subgraphs/billing/generated/prisma/client.ts';
import { entriesOf } from '../subgraphs/billing/ledger.ts';
import type { BillingPart } from '../subgraphs/billing/seed.ts';
import type { Random } from './random.ts';

type Source = Pick<BillingPart, 'invoices' | 'payments' | 'refunds'>;

interface Posting {
  kind: LedgerTransaction['kind'];
  sourceId: string;
  invoiceId: string;
  patientId: string;
  amountMinor: number;
  currency: string;
  at: Date;
}

/** What the books say of invoices, payments and refunds, by the rule of billing itself. */
export function ledgerOf(draw: Random, source: Source): Pick<BillingPart, 'ledgerTransactions' | 'ledgerEntries'> {
  const booked = postings(source).map((posting) => ({ id: draw.id('ltx', posting.at), posting }));
  return {
    ledgerTransactions: booked.map(({ id, posting: { kind, sourceId, patientId, invoiceId, at } }) => ({
      id,
      kind,
      sourceId,
      patientId,
      invoiceId,
      postedAt: at,
    })),
    ledgerEntries: booked.flatMap(({ id, posting: { kind, patientId, amountMinor, currency } }) =>
      entriesOf[kind]({ amountMinor, currency }).map((entry, index) => ({
        transactionId: id,
        position: index + 1,
        patientId,
        account: entry.account,
        amountMinor: entry.amountMinor,
        currency: entry.currency,
      })),
    ),
  };
}

function postings({ invoices, payments, refunds }: Source): Posting[] {
  return [
    ...invoices.flatMap(({ id, patientId, totalMinor: amountMinor, currency, issuedAt, cancelledAt }): Posting[] => {
      const common = { sourceId: id, invoiceId: id, patientId, amountMinor, currency };
      if (!issuedAt) return [];
      const issued: Posting = { ...common, kind: 'INVOICE_ISSUED', at: issuedAt };
      return cancelledAt ? [issued, { ...common, kind: 'INVOICE_CANCELLED', at: cancelledAt }] : [issued];
    }),
    ...payments.flatMap((payment) => moved('PAYMENT_RECEIVED', payment)),
    ...refunds.flatMap((refund) => moved('REFUND_PAID', refund)),
  ];
}

/** Money that came or went; what failed is not booked. */
function moved(
  kind: Posting['kind'],
  { id, invoiceId, patientId, amountMinor, currency, status, settledAt }: Source['payments'][number] | Source['refunds'][number],
): Posting[] {
  return status === 'SUCCEEDED' && settledAt ? [{ kind, sourceId: id, invoiceId, patientId, amountMinor, currency, at: settledAt }] : [];
}
