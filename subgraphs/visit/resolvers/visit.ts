import type { VisitResolvers } from '../generated/graphql.ts';
import { readableNote } from '../note-service.ts';
import { participantsOf } from '../presence.ts';
import { seenVisit } from '../visit-service.ts';

export const Visit: VisitResolvers = {
  __resolveReference: ({ id }, context) => seenVisit(context, id),
  class: () => 'VR',
  appointment: ({ appointmentId }) => ({ id: appointmentId }),
  patient: ({ patientId }) => ({ id: patientId }),
  practitioner: ({ practitionerId }) => ({ id: practitionerId }),
  statusHistory: async ({ id }, _args, context) => (await context.statusPeriods.load(id)) ?? [],
  participants: async (visit, _args, context) => participantsOf(visit, (await context.presences.load(visit.id)) ?? []),
  note: async ({ id }, _args, context) => readableNote(context, await context.notesOfVisits.load(id)),
};
