import { isBiller, maySeeMoneyOf } from '../access.ts';
import type { PaymentResolvers, RefundResolvers } from '../generated/graphql.ts';
import { moneyOf } from './money.ts';
import { visibleInvoice } from './visible-invoice.ts';

export const Payment: PaymentResolvers = {
  __resolveReference: async ({ id }, context) => {
    const payment = await context.loaders.payment.load(id);
    return payment && (await maySeeMoneyOf(context, payment.patientId)) ? payment : null;
  },
  amount: moneyOf,
  invoice: ({ invoiceId }, _args, context) => visibleInvoice(context, invoiceId),
  refunds: ({ id }, _args, context) => context.loaders.refundsOfPayment.load(id),
};

export const Refund: RefundResolvers = {
  __resolveReference: async ({ id }, context) => {
    const refund = await context.loaders.refund.load(id);
    return refund && (await maySeeMoneyOf(context, refund.patientId)) ? refund : null;
  },
  amount: moneyOf,
  payment: ({ paymentId }, _args, context) => context.loaders.payment.load(paymentId),
  reason: ({ reason }, _args, context) => (isBiller(context) ? reason : null),
};
