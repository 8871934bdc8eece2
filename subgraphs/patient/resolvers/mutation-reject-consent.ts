import { takeConsentStep, visibleConsent } from '../consent-service.ts';
import type { MutationResolvers } from '../generated/graphql.ts';

export const rejectConsent: NonNullable<MutationResolvers['rejectConsent']> = async (_root, { input }, context) => {
  const outcome = await takeConsentStep(context, 'rejectConsent', input);
  return outcome.ok
    ? { consent: await visibleConsent(context, outcome.result.consentId), userErrors: [] }
    : { consent: null, userErrors: outcome.userErrors };
};
