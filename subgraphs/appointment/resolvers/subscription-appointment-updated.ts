import { changedAppointments, seenUpdate } from '../appointment-updates.ts';
import type { AppointmentContext } from '../context.ts';
import type { SubscriptionappointmentUpdatedArgs, SubscriptionResolvers } from '../generated/graphql.ts';
import type { AppointmentMapper } from '../mappers.ts';

export const appointmentUpdated: NonNullable<SubscriptionResolvers['appointmentUpdated']> = {
  subscribe: (_root, args, context) => changedAppointments(context, args),
  resolve: (changed: AppointmentMapper, args: SubscriptionappointmentUpdatedArgs, context: AppointmentContext) =>
    seenUpdate(context, args, changed),
};
