import type { MutationResolvers } from '../generated/graphql.ts';
import { enterWaitingRoom as enter } from '../visit-service.ts';

export const enterWaitingRoom: NonNullable<MutationResolvers['enterWaitingRoom']> = (_root, { input }, context) => enter(context, input);
