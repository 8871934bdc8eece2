import { appointmentAccess } from '../access.ts';
import type { AppointmentCancellationResolvers } from '../generated/graphql.ts';
import { present } from '../present.ts';

// The columns are all there when the status is CANCELLED: a check of the table says so.
export const AppointmentCancellation: AppointmentCancellationResolvers = {
  reasonCode: ({ id, cancelReasonCode }) => present(cancelReasonCode, 'cancel reason', id),
  note: async (appointment, _args, context) =>
    (await appointmentAccess.may(context, 'readWords', appointment)) ? appointment.cancelNote : null,
  late: ({ cancelledLate }) => cancelledLate === true,
  cancelledAt: ({ id, cancelledAt }) => present(cancelledAt, 'cancel time', id),
};
