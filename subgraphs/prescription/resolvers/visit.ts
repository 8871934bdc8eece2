import type { VisitResolvers } from '../generated/graphql.ts';
import { prescriptionsBelow } from '../prescription-service.ts';

export const Visit: VisitResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  prescriptions: ({ id }, args, context) => prescriptionsBelow(context, 'visit_id', id, args),
};
