import type { MutationResolvers } from '../generated/graphql.ts';
import { payInvoice as pay } from '../payment-service.ts';
import { visibleInvoice } from './visible-invoice.ts';

export const payInvoice: NonNullable<MutationResolvers['payInvoice']> = async (_root, { input }, context) => {
  const { payment, userErrors } = await pay(context, input);
  return { payment, invoice: payment && (await visibleInvoice(context, payment.invoiceId)), userErrors };
};
