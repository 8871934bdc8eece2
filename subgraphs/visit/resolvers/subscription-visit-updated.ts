import type { VisitContext } from '../context.ts';
import type { SubscriptionResolvers, SubscriptionvisitUpdatedArgs } from '../generated/graphql.ts';
import { visitStates, visitStillSeen } from '../visit-updates.ts';

export const visitUpdated: NonNullable<SubscriptionResolvers['visitUpdated']> = {
  subscribe: (_root, { visitId }, context) => visitStates(context, visitId),
  resolve: (_event: unknown, { visitId }: SubscriptionvisitUpdatedArgs, context: VisitContext) => visitStillSeen(context, visitId),
};
