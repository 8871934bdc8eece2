import type { UserError } from '#chassis/errors.ts';
import type * as db from './generated/prisma/client.ts';

// The TypeScript type behind each GraphQL type that is not what the SDL says: rows of the database and references.

export type PractitionerMapper = db.Practitioner;
export type PractitionerLicenceMapper = db.PractitionerLicence;
export type HealthcareServiceMapper = db.HealthcareService;
export type ScheduleMapper = db.Schedule;
export type AvailabilityRuleMapper = db.AvailabilityRule;
export type AvailabilityExceptionMapper = db.AvailabilityException;
export type AppointmentMapper = db.Appointment;
export type AppointmentCancellationMapper = db.Appointment;
export type WaitlistEntryMapper = db.WaitlistEntry;

/** Owned by the patient service: only the id is here. */
export interface PatientMapper {
  id: string;
}

/** A free place, found by search. `timeZone` is the asker's, null when none was named. */
export interface SlotMapper {
  practitionerId: string;
  healthcareServiceId: string;
  startsAt: Date;
  endsAt: Date;
  timeZone: string | null;
}

/** A place that somebody else has: where the search for the next free slots begins. */
export interface TakenPlace {
  practitionerId: string;
  healthcareServiceId: string;
  startsAt: Date;
}

export interface BookAppointmentPayloadMapper {
  appointment: db.Appointment | null;
  /** After SLOT_TAKEN. */
  taken: TakenPlace | null;
  userErrors: UserError[];
}
export type RescheduleAppointmentPayloadMapper = BookAppointmentPayloadMapper;
