import type { MutationResolvers } from '../generated/graphql.ts';
import { leaveVisit as leave } from '../visit-service.ts';

export const leaveVisit: NonNullable<MutationResolvers['leaveVisit']> = (_root, { input }, context) => leave(context, input);
