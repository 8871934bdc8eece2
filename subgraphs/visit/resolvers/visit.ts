import { visitAccess } from '../access.ts';
import type { VisitResolvers } from '../generated/graphql.ts';
import { readableNoteOfVisit } from '../note-service.ts';
import { participantsOf } from '../presence.ts';
import { seenVisit } from '../visit-service.ts';

export const Visit: VisitResolvers = {
  __resolveReference: ({ id }, context) => seenVisit(context, id),
  class: () => 'VR',
  appointment: ({ appointmentId }) => ({ id: appointmentId }),
  patient: ({ patientId }) => ({ id: patientId }),
  practitioner: ({ practitionerId }) => ({ id: practitionerId }),
  sensitivities: async (visit, _args, context) => ((await visitAccess.may(context, 'readLabels', visit)) ? visit.sensitivities : []),
  statusHistory: async ({ id }, _args, context) => (await context.statusPeriods.load(id)) ?? [],
  participants: async (visit, _args, context) => participantsOf(visit, (await context.presences.load(visit.id)) ?? []),
  note: ({ id }, _args, context) => readableNoteOfVisit(context, id),
};
