import { maySeeClaim, maySeeCoverage } from '../access.ts';
import type { ClaimResolvers } from '../generated/graphql.ts';
import { visibleInvoice } from './visible-invoice.ts';

export const Claim: ClaimResolvers = {
  __resolveReference: async ({ id }, context) => {
    const claim = await context.loaders.claim.load(id);
    return claim && (await maySeeClaim(context, claim)) ? claim : null;
  },
  patient: ({ patientId }) => ({ id: patientId }),
  coverage: async ({ coverageId }, _args, context) => {
    const coverage = await context.loaders.coverage.load(coverageId);
    return coverage && (await maySeeCoverage(context, coverage)) ? coverage : null;
  },
  invoice: ({ invoiceId }, _args, context) => visibleInvoice(context, invoiceId),
  lines: ({ invoiceId }, _args, context) => context.loaders.linesOfInvoice.load(invoiceId),
  total: ({ totalMinor, currency }) => ({ amountMinor: totalMinor, currency }),
};
