import type { MutationResolvers } from '../generated/graphql.ts';
import { revokeProxy as decide, visibleGrant } from '../proxy-service.ts';

export const revokeProxy: NonNullable<MutationResolvers['revokeProxy']> = async (_root, { input }, context) => {
  const outcome = await decide(context, input);
  return outcome.ok
    ? { proxyGrant: await visibleGrant(context, outcome.result.proxyGrantId), userErrors: [] }
    : { proxyGrant: null, userErrors: outcome.userErrors };
};
