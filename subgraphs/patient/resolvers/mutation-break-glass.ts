import type { MutationResolvers } from '../generated/graphql.ts';
import { openBreakGlass as decide, visibleBreakGlass } from '../break-glass-service.ts';

export const breakGlass: NonNullable<MutationResolvers['breakGlass']> = async (_root, { input }, context) => {
  const outcome = await decide(context, input);
  return outcome.ok
    ? { grant: await visibleBreakGlass(context, outcome.result.grantId), userErrors: [] }
    : { grant: null, userErrors: outcome.userErrors };
};
