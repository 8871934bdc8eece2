import type { EventData } from '#schema/events.ts';
import type { WrittenAppointment } from './appointment-store.ts';
import type { HealthcareService } from './generated/prisma/client.ts';

// Payloads of the events of an appointment.

export const partiesOf = ({ id, patientId, practitionerId }: WrittenAppointment): EventData<'appointment.arrived'> => ({
  appointmentId: id,
  patientId,
  practitionerId,
});

export const timeOf = (appointment: WrittenAppointment, service: HealthcareService): EventData<'appointment.booked'> => ({
  ...partiesOf(appointment),
  healthcareServiceId: service.id,
  serviceCode: service.code,
  modality: service.modality,
  startsAt: appointment.startsAt.toISOString(),
  endsAt: appointment.endsAt.toISOString(),
  sensitivities: appointment.sensitivities,
});
