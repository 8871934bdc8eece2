import type { MutationResolvers } from '../generated/graphql.ts';
import { returnToVisit as comeBack } from '../visit-service.ts';

export const returnToVisit: NonNullable<MutationResolvers['returnToVisit']> = (_root, { input }, context) => comeBack(context, input);
