import { claimAccess, coverageAccess } from '../access.ts';
import type { ClaimResolvers } from '../generated/graphql.ts';
import { visibleInvoice } from './visible-invoice.ts';

export const Claim: ClaimResolvers = {
  __resolveReference: async ({ id }, context) => claimAccess.visible(context, await context.loaders.claim.load(id)),
  patient: ({ patientId }) => ({ id: patientId }),
  coverage: async ({ coverageId }, _args, context) => coverageAccess.visible(context, await context.loaders.coverage.load(coverageId)),
  invoice: ({ invoiceId }, _args, context) => visibleInvoice(context, invoiceId),
  lines: ({ invoiceId }, _args, context) => context.loaders.linesOfInvoice.load(invoiceId),
  total: ({ totalMinor, currency }) => ({ amountMinor: totalMinor, currency }),
};
