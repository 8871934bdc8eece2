import { emptyIdPage, readPage, toConnection } from '#chassis/paging.ts';
import { isBiller, maySeeCoverage, maySeeMoneyOf } from '../access.ts';
import type { PatientResolvers } from '../generated/graphql.ts';

export const Patient: PatientResolvers = {
  __resolveReference: ({ id }) => ({ id }),

  account: async ({ id }, _args, context) => ((await maySeeMoneyOf(context, id)) ? context.loaders.accountOfPatient.load(id) : null),

  coverages: async ({ id }, _args, context) => {
    const coverages = await context.loaders.coveragesOfPatient.load(id);
    const visible = await Promise.all(coverages.map((coverage) => maySeeCoverage(context, coverage)));
    return coverages.filter((_coverage, index) => visible[index]);
  },

  invoices: async ({ id }, { status, ...args }, context) => {
    const page = readPage(args);
    if (!(await maySeeMoneyOf(context, id))) return toConnection(emptyIdPage, []);
    const found = await context.loaders.invoicePages.load(id, { status, issuedOnly: !isBiller(context) }, page);
    return toConnection(found, await Promise.all(found.ids.map((invoiceId) => context.loaders.invoice.load(invoiceId))));
  },
};
