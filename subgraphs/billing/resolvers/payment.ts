import { paymentAccess, refundAccess } from '../access.ts';
import type { PaymentResolvers, RefundResolvers } from '../generated/graphql.ts';
import { moneyOf } from './money.ts';
import { visibleInvoice } from './visible-invoice.ts';

export const Payment: PaymentResolvers = {
  __resolveReference: async ({ id }, context) => paymentAccess.visible(context, await context.loaders.payment.load(id)),
  amount: moneyOf,
  invoice: ({ invoiceId }, _args, context) => visibleInvoice(context, invoiceId),
  refunds: ({ id }, _args, context) => context.loaders.refundsOfPayment.load(id),
};

export const Refund: RefundResolvers = {
  __resolveReference: async ({ id }, context) => refundAccess.visible(context, await context.loaders.refund.load(id)),
  amount: moneyOf,
  payment: ({ paymentId }, _args, context) => context.loaders.payment.load(paymentId),
  reason: async (refund, _args, context) => ((await refundAccess.may(context, 'readReason', refund)) ? refund.reason : null),
};
