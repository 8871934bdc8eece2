import type { MutationResolvers } from '../generated/graphql.ts';
import * as service from '../waitlist-service.ts';

export const leaveWaitlist: NonNullable<MutationResolvers['leaveWaitlist']> = (_root, { input }, context) =>
  service.leaveWaitlist(context, input);
