import { isBiller, maySeeMoneyOf } from '../access.ts';
import type { ChargeItemResolvers } from '../generated/graphql.ts';
import { visibleInvoice } from './visible-invoice.ts';

export const ChargeItem: ChargeItemResolvers = {
  __resolveReference: async ({ id }, context) => {
    const charge = await context.loaders.chargeItem.load(id);
    return charge && (await maySeeMoneyOf(context, charge.patientId)) ? charge : null;
  },
  patient: ({ patientId }) => ({ id: patientId }),
  appointment: ({ appointmentId }) => (appointmentId ? { id: appointmentId } : null),
  visit: ({ visitId }) => (visitId ? { id: visitId } : null),
  amount: ({ amountMinor, currency }) => (amountMinor === null ? null : { amountMinor, currency }),
  statusReason: ({ statusReason }, _args, context) => (isBiller(context) ? statusReason : null),
  invoice: ({ invoiceId }, _args, context) => (invoiceId ? visibleInvoice(context, invoiceId) : null),
};
