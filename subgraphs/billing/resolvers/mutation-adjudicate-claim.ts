import type { MutationResolvers } from '../generated/graphql.ts';
import { adjudicateClaim as adjudicate } from '../claim-service.ts';

export const adjudicateClaim: NonNullable<MutationResolvers['adjudicateClaim']> = (_root, { input }, context) => adjudicate(context, input);
