import type { MutationResolvers } from '../generated/graphql.ts';
import { finishVisit as finish } from '../visit-service.ts';

export const finishVisit: NonNullable<MutationResolvers['finishVisit']> = (_root, { input }, context) => finish(context, input);
