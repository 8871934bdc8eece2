import { appointmentAccess } from '../access.ts';
import { findAppointment } from '../appointment-service.ts';
import { feeOf } from '../cancellation-policy.ts';
import type { AppointmentResolvers } from '../generated/graphql.ts';
import { present } from '../present.ts';

export const Appointment: AppointmentResolvers = {
  __resolveReference: ({ id }, context) => findAppointment(context, id),
  patient: ({ patientId }) => ({ id: patientId }),
  practitioner: async ({ practitionerId }, _args, { loaders }) =>
    present(await loaders.practitioner.load(practitionerId), 'practitioner', practitionerId),
  healthcareService: async ({ healthcareServiceId }, _args, { loaders }) =>
    present(await loaders.healthcareService.load(healthcareServiceId), 'visit type', healthcareServiceId),
  modality: async ({ healthcareServiceId }, _args, { loaders }) =>
    present(await loaders.healthcareService.load(healthcareServiceId), 'visit type', healthcareServiceId).modality,
  sensitivities: async (appointment, _args, context) =>
    (await appointmentAccess.may(context, 'readLabels', appointment)) ? appointment.sensitivities : [],
  reason: async (appointment, _args, context) =>
    (await appointmentAccess.may(context, 'readWords', appointment)) ? appointment.reason : null,
  cancellation: (appointment) => (appointment.status === 'CANCELLED' ? appointment : null),
  fee: ({ feeMinor, feeCurrency }) => feeOf(feeMinor, feeCurrency),
  statusHistory: async ({ id }, _args, { loaders }) => (await loaders.history.load(id)) ?? [],
};
