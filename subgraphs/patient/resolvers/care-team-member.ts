import { visibleCareTeamMember } from '../care-team-service.ts';
import type { CareTeamMemberResolvers } from '../generated/graphql.ts';
import { visiblePatient } from '../seen-patient.ts';

export const CareTeamMember: CareTeamMemberResolvers = {
  __resolveReference: ({ id }, context) => visibleCareTeamMember(context, id),
  patient: ({ patientId }, _args, context) => visiblePatient(context, patientId),
  practitioner: ({ practitionerId }) => ({ id: practitionerId }),
  addedByPractitioner: ({ addedByPractitionerId }) => (addedByPractitionerId ? { id: addedByPractitionerId } : null),
};
