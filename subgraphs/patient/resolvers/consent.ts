import { inForce } from '../consent-rules.ts';
import { visibleConsent } from '../consent-service.ts';
import type { ConsentResolvers } from '../generated/graphql.ts';

/** Whoever holds a consent may open the chart, and so sees the patient. */
export const Consent: ConsentResolvers = {
  __resolveReference: ({ id }, context) => visibleConsent(context, id),
  patient: ({ patientId }, _args, { loaders }) => loaders.patient.load(patientId),
  practitioner: ({ practitionerId }) => (practitionerId ? { id: practitionerId } : null),
  inForce: (consent, _args, context) => inForce(consent, context.now()),
};
