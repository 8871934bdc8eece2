import { readPage, toConnection } from '#chassis/paging.ts';
import { accountAccess, coverageAccess } from '../access.ts';
import type { PatientResolvers } from '../generated/graphql.ts';

export const Patient: PatientResolvers = {
  __resolveReference: ({ id }) => ({ id }),

  account: async ({ id }, _args, context) => accountAccess.visible(context, await context.loaders.accountOfPatient.load(id)),

  coverages: async ({ id }, _args, context) => {
    const coverages = await context.loaders.coveragesOfPatient.load(id);
    const visible = await Promise.all(coverages.map((coverage) => coverageAccess.sees(context, coverage)));
    return coverages.filter((_coverage, index) => visible[index]);
  },

  invoices: async ({ id }, { status, ...args }, context) => {
    const found = await context.loaders.invoicePages.load(id, status, readPage(args));
    return toConnection(found, await Promise.all(found.ids.map((invoiceId) => context.loaders.invoice.load(invoiceId))));
  },
};
