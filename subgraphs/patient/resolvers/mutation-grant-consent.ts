import type { MutationResolvers } from '../generated/graphql.ts';
import { grantConsent as decide, visibleConsent } from '../consent-service.ts';

export const grantConsent: NonNullable<MutationResolvers['grantConsent']> = async (_root, { input }, context) => {
  const outcome = await decide(context, input);
  return outcome.ok
    ? { consent: await visibleConsent(context, outcome.result.consentId), userErrors: [] }
    : { consent: null, userErrors: outcome.userErrors };
};
