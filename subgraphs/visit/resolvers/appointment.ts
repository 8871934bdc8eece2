import type { AppointmentResolvers } from '../generated/graphql.ts';
import { seenVisitOfAppointment } from '../visit-service.ts';

export const Appointment: AppointmentResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  visit: ({ id }, _args, context) => seenVisitOfAppointment(context, id),
};
