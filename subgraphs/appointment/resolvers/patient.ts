import { readPage, toConnection } from '#chassis/paging.ts';
import { appointmentsBelow } from '../appointment-lists.ts';
import type { PatientResolvers } from '../generated/graphql.ts';

export const Patient: PatientResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  appointments: ({ id }, args, context) => appointmentsBelow(context, { parent: 'patient_id', direction: 'desc' }, id, args),
  waitlistEntries: async ({ id }, args, context) => {
    const ids = await context.loaders.waitlistPage.load(id, readPage(args));
    return toConnection(ids, await Promise.all(ids.ids.map((entry) => context.loaders.waitlistEntry.load(entry))));
  },
};
