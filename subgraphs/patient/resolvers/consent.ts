import { inForce } from '../consent-rules.ts';
import { visibleConsent } from '../consent-service.ts';
import type { ConsentResolvers } from '../generated/graphql.ts';
import { visiblePatient } from '../seen-patient.ts';

export const Consent: ConsentResolvers = {
  __resolveReference: ({ id }, context) => visibleConsent(context, id),
  patient: ({ patientId }, _args, context) => visiblePatient(context, patientId),
  practitioner: ({ practitionerId }) => (practitionerId ? { id: practitionerId } : null),
  inForce: (consent, _args, context) => inForce(consent, context.now()),
};
