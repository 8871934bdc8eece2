import type { MutationResolvers } from '../generated/graphql.ts';
import { cancelVisit as cancel } from '../visit-service.ts';

export const cancelVisit: NonNullable<MutationResolvers['cancelVisit']> = (_root, { input }, context) => cancel(context, input);
