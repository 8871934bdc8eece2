import { chargeAccess, invoiceAccess } from '../access.ts';
import type { InvoiceLineResolvers, InvoiceResolvers } from '../generated/graphql.ts';
import { invoiceTotals } from '../invoice-totals.ts';
import { moneyOf } from './money.ts';
import { visibleInvoice } from './visible-invoice.ts';

export const Invoice: InvoiceResolvers = {
  __resolveReference: ({ id }, context) => visibleInvoice(context, id),
  patient: ({ patientId }) => ({ id: patientId }),
  lines: ({ id }, _args, context) => context.loaders.linesOfInvoice.load(id),
  totals: async (invoice, _args, context) => invoiceTotals(invoice, await context.loaders.paidSums.load(invoice.id)),
  payments: ({ id }, _args, context) => context.loaders.paymentsOfInvoice.load(id),
  claims: ({ id }, _args, context) => context.loaders.claimsOfInvoice.load(id),
  cancelReason: async (invoice, _args, context) =>
    (await invoiceAccess.may(context, 'readReason', invoice)) ? invoice.cancelReason : null,
};

export const InvoiceLine: InvoiceLineResolvers = {
  amount: moneyOf,
  chargeItem: async ({ chargeItemId }, _args, context) =>
    chargeAccess.visible(context, await context.loaders.chargeItem.load(chargeItemId)),
};
