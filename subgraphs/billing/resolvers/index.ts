import type { Resolvers } from '../generated/graphql.ts';
import { Account, LedgerEntry, LedgerTransaction } from './account.ts';
import { Appointment } from './appointment.ts';
import { ChargeItem } from './charge-item.ts';
import { Claim } from './claim.ts';
import { Coverage } from './coverage.ts';
import { Invoice, InvoiceLine } from './invoice.ts';
import { adjudicateClaim } from './mutation-adjudicate-claim.ts';
import { cancelClaim } from './mutation-cancel-claim.ts';
import { cancelCoverage } from './mutation-cancel-coverage.ts';
import { cancelInvoice } from './mutation-cancel-invoice.ts';
import { createClaim } from './mutation-create-claim.ts';
import { createInvoice } from './mutation-create-invoice.ts';
import { issueInvoice } from './mutation-issue-invoice.ts';
import { payInvoice } from './mutation-pay-invoice.ts';
import { recordCoverage } from './mutation-record-coverage.ts';
import { refundPayment } from './mutation-refund-payment.ts';
import { setPrice } from './mutation-set-price.ts';
import { submitClaim } from './mutation-submit-claim.ts';
import { waiveCharge } from './mutation-waive-charge.ts';
import { Patient } from './patient.ts';
import { Payment, Refund } from './payment.ts';
import { Price } from './price.ts';
import { chargeItems } from './query-charge-items.ts';
import { claim } from './query-claim.ts';
import { claims } from './query-claims.ts';
import { invoice } from './query-invoice.ts';
import { invoices } from './query-invoices.ts';
import { prices } from './query-prices.ts';
import { Visit } from './visit.ts';

/** Everything billing answers. */
export const resolvers: Resolvers = {
  Query: { chargeItems, claim, claims, invoice, invoices, prices },
  Mutation: {
    adjudicateClaim,
    cancelClaim,
    cancelCoverage,
    cancelInvoice,
    createClaim,
    createInvoice,
    issueInvoice,
    payInvoice,
    recordCoverage,
    refundPayment,
    setPrice,
    submitClaim,
    waiveCharge,
  },
  Account,
  Appointment,
  ChargeItem,
  Claim,
  Coverage,
  Invoice,
  InvoiceLine,
  LedgerEntry,
  LedgerTransaction,
  Patient,
  Payment,
  Price,
  Refund,
  Visit,
};
