import type { MutationResolvers } from '../generated/graphql.ts';
import { grantProxy as decide, visibleGrant } from '../proxy-service.ts';

export const grantProxy: NonNullable<MutationResolvers['grantProxy']> = async (_root, { input }, context) => {
  const outcome = await decide(context, input);
  return outcome.ok
    ? { proxyGrant: await visibleGrant(context, outcome.result.proxyGrantId), userErrors: [] }
    : { proxyGrant: null, userErrors: outcome.userErrors };
};
