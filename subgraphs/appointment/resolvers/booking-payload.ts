import type { BookAppointmentPayloadResolvers, RescheduleAppointmentPayloadResolvers } from '../generated/graphql.ts';
import { nextFreeSlots } from '../slot-service.ts';

// Searched only when asked for, after the transaction: it says what is free now.
export const BookAppointmentPayload: BookAppointmentPayloadResolvers = {
  nextFreeSlots: ({ taken }, _args, context) => (taken ? nextFreeSlots(context, taken) : []),
};

export const RescheduleAppointmentPayload: RescheduleAppointmentPayloadResolvers = {
  nextFreeSlots: ({ taken }, _args, context) => (taken ? nextFreeSlots(context, taken) : []),
};
