import { chargeAccess } from '../access.ts';
import type { ChargeItemResolvers } from '../generated/graphql.ts';
import { visibleInvoice } from './visible-invoice.ts';

export const ChargeItem: ChargeItemResolvers = {
  __resolveReference: async ({ id }, context) => chargeAccess.visible(context, await context.loaders.chargeItem.load(id)),
  patient: ({ patientId }) => ({ id: patientId }),
  appointment: ({ appointmentId }) => (appointmentId ? { id: appointmentId } : null),
  visit: ({ visitId }) => (visitId ? { id: visitId } : null),
  amount: ({ amountMinor, currency }) => (amountMinor === null ? null : { amountMinor, currency }),
  statusReason: async (charge, _args, context) => ((await chargeAccess.may(context, 'readReason', charge)) ? charge.statusReason : null),
  invoice: ({ invoiceId }, _args, context) => (invoiceId ? visibleInvoice(context, invoiceId) : null),
};
