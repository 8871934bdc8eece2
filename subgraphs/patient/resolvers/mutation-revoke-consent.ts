import { takeConsentStep, visibleConsent } from '../consent-service.ts';
import type { MutationResolvers } from '../generated/graphql.ts';

export const revokeConsent: NonNullable<MutationResolvers['revokeConsent']> = async (_root, { input }, context) => {
  const outcome = await takeConsentStep(context, 'revokeConsent', input);
  return outcome.ok
    ? { consent: await visibleConsent(context, outcome.result.consentId), userErrors: [] }
    : { consent: null, userErrors: outcome.userErrors };
};
