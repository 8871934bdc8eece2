import type { MutationResolvers } from '../generated/graphql.ts';
import { recordAllergy as decide, visibleAllergy } from '../allergy-service.ts';

export const recordAllergy: NonNullable<MutationResolvers['recordAllergy']> = async (_root, { input }, context) => {
  const outcome = await decide(context, input);
  return outcome.ok
    ? { allergy: await visibleAllergy(context, outcome.result.allergyId), userErrors: [] }
    : { allergy: null, userErrors: outcome.userErrors };
};
