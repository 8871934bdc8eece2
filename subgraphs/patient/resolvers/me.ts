import type { MeResolvers } from '../generated/graphql.ts';
import { visiblePatient } from '../seen-patient.ts';

export const Me: MeResolvers = {
  patient: ({ role, patientId }, _args, context) => (role === 'PATIENT' && patientId ? visiblePatient(context, patientId) : null),
  practitioner: ({ role, practitionerId }) => (role === 'PRACTITIONER' && practitionerId ? { id: practitionerId } : null),
};
