import type { MutationResolvers } from '../generated/graphql.ts';
import * as service from '../booking-service.ts';

export const rescheduleAppointment: NonNullable<MutationResolvers['rescheduleAppointment']> = (_root, { input }, context) =>
  service.rescheduleAppointment(context, input);
