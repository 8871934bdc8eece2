import type { EventData } from '#schema/events.ts';
import type { Appointment, HealthcareService } from './generated/prisma/client.ts';

// Payloads of the events of an appointment.

export const partiesOf = ({ id, patientId, practitionerId }: Appointment): EventData<'appointment.arrived'> => ({
  appointmentId: id,
  patientId,
  practitionerId,
});

export const timeOf = (appointment: Appointment, service: HealthcareService): EventData<'appointment.booked'> => ({
  ...partiesOf(appointment),
  healthcareServiceId: service.id,
  serviceCode: service.code,
  modality: service.modality,
  startsAt: appointment.startsAt.toISOString(),
  endsAt: appointment.endsAt.toISOString(),
});
