import { takeConsentStep, visibleConsent } from '../consent-service.ts';
import type { MutationResolvers } from '../generated/graphql.ts';

export const proposeConsent: NonNullable<MutationResolvers['proposeConsent']> = async (_root, { input }, context) => {
  const outcome = await takeConsentStep(context, 'proposeConsent', input);
  return outcome.ok
    ? { consent: await visibleConsent(context, outcome.result.consentId), userErrors: [] }
    : { consent: null, userErrors: outcome.userErrors };
};
