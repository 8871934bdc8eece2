import { takeConsentStep, visibleConsent } from '../consent-service.ts';
import type { MutationResolvers } from '../generated/graphql.ts';

export const activateConsent: NonNullable<MutationResolvers['activateConsent']> = async (_root, { input }, context) => {
  const outcome = await takeConsentStep(context, 'activateConsent', input);
  return outcome.ok
    ? { consent: await visibleConsent(context, outcome.result.consentId), userErrors: [] }
    : { consent: null, userErrors: outcome.userErrors };
};
