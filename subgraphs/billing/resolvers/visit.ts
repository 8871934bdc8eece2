import type { VisitResolvers } from '../generated/graphql.ts';
import { visibleCharges } from './visible-charges.ts';

export const Visit: VisitResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  charges: async ({ id }, _args, context) => visibleCharges(context, await context.loaders.chargesOfVisit.load(id)),
};
