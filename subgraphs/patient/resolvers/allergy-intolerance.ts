import { visibleAllergy } from '../allergy-service.ts';
import type { AllergyIntoleranceResolvers } from '../generated/graphql.ts';
import { visiblePatient } from '../seen-patient.ts';

export const AllergyIntolerance: AllergyIntoleranceResolvers = {
  __resolveReference: ({ id }, context) => visibleAllergy(context, id),
  patient: ({ patientId }, _args, context) => visiblePatient(context, patientId),
  recordedByPractitioner: ({ recordedByPractitionerId }) => (recordedByPractitionerId ? { id: recordedByPractitionerId } : null),
};
