import type { MutationResolvers } from '../generated/graphql.ts';
import * as service from '../waitlist-service.ts';

export const joinWaitlist: NonNullable<MutationResolvers['joinWaitlist']> = (_root, { input }, context) =>
  service.joinWaitlist(context, input);
