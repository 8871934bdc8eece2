import { visibleAllergy } from '../allergy-service.ts';
import type { AllergyIntoleranceResolvers } from '../generated/graphql.ts';

/** Whoever holds an allergy may open the chart, and so sees the patient. */
export const AllergyIntolerance: AllergyIntoleranceResolvers = {
  __resolveReference: ({ id }, context) => visibleAllergy(context, id),
  patient: ({ patientId }, _args, { loaders }) => loaders.patient.load(patientId),
  recordedByPractitioner: ({ recordedByPractitionerId }) => (recordedByPractitionerId ? { id: recordedByPractitionerId } : null),
};
