import type { MutationResolvers } from '../generated/graphql.ts';
import { endBreakGlass as decide, visibleBreakGlass } from '../break-glass-service.ts';

export const endBreakGlass: NonNullable<MutationResolvers['endBreakGlass']> = async (_root, { input }, context) => {
  const outcome = await decide(context, input);
  return outcome.ok
    ? { grant: await visibleBreakGlass(context, outcome.result.grantId), userErrors: [] }
    : { grant: null, userErrors: outcome.userErrors };
};
