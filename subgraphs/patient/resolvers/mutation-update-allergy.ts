import type { MutationResolvers } from '../generated/graphql.ts';
import { updateAllergy as decide, visibleAllergy } from '../allergy-service.ts';

export const updateAllergy: NonNullable<MutationResolvers['updateAllergy']> = async (_root, { input }, context) => {
  const outcome = await decide(context, input);
  return outcome.ok
    ? { allergy: await visibleAllergy(context, outcome.result.allergyId), userErrors: [] }
    : { allergy: null, userErrors: outcome.userErrors };
};
