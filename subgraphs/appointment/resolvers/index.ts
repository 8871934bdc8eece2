import type { Resolvers } from '../generated/graphql.ts';
import { Appointment } from './appointment.ts';
import { AppointmentCancellation } from './appointment-cancellation.ts';
import { AvailabilityException } from './availability-exception.ts';
import { AvailabilityRule } from './availability-rule.ts';
import { BookAppointmentPayload, RescheduleAppointmentPayload } from './booking-payload.ts';
import { HealthcareService } from './healthcare-service.ts';
import { addAvailabilityException } from './mutation-add-availability-exception.ts';
import { approveAppointment } from './mutation-approve-appointment.ts';
import { arriveAppointment } from './mutation-arrive-appointment.ts';
import { bookAppointment } from './mutation-book-appointment.ts';
import { cancelAppointment } from './mutation-cancel-appointment.ts';
import { checkInAppointment } from './mutation-check-in-appointment.ts';
import { createHealthcareService } from './mutation-create-healthcare-service.ts';
import { declineAppointment } from './mutation-decline-appointment.ts';
import { fulfillAppointment } from './mutation-fulfill-appointment.ts';
import { joinWaitlist } from './mutation-join-waitlist.ts';
import { leaveWaitlist } from './mutation-leave-waitlist.ts';
import { markNoShow } from './mutation-mark-no-show.ts';
import { registerPractitioner } from './mutation-register-practitioner.ts';
import { removeAvailabilityException } from './mutation-remove-availability-exception.ts';
import { rescheduleAppointment } from './mutation-reschedule-appointment.ts';
import { setAvailability } from './mutation-set-availability.ts';
import { setOfferedServices } from './mutation-set-offered-services.ts';
import { setPractitionerActive } from './mutation-set-practitioner-active.ts';
import { Patient } from './patient.ts';
import { Practitioner } from './practitioner.ts';
import { appointment } from './query-appointment.ts';
import { availableSlots } from './query-available-slots.ts';
import { healthcareServices } from './query-healthcare-services.ts';
import { practitioner } from './query-practitioner.ts';
import { practitioners } from './query-practitioners.ts';
import { Schedule } from './schedule.ts';
import { Slot } from './slot.ts';
import { appointmentUpdated } from './subscription-appointment-updated.ts';
import { WaitlistEntry } from './waitlist-entry.ts';

export const resolvers = {
  Query: {
    practitioner,
    practitioners,
    healthcareServices,
    appointment,
    availableSlots,
  },
  Mutation: {
    registerPractitioner,
    setOfferedServices,
    setPractitionerActive,
    createHealthcareService,
    setAvailability,
    addAvailabilityException,
    removeAvailabilityException,
    bookAppointment,
    rescheduleAppointment,
    approveAppointment,
    declineAppointment,
    cancelAppointment,
    arriveAppointment,
    checkInAppointment,
    fulfillAppointment,
    markNoShow,
    joinWaitlist,
    leaveWaitlist,
  },
  Subscription: { appointmentUpdated },
  Practitioner,
  HealthcareService,
  Schedule,
  AvailabilityRule,
  AvailabilityException,
  Slot,
  Appointment,
  AppointmentCancellation,
  BookAppointmentPayload,
  RescheduleAppointmentPayload,
  WaitlistEntry,
  Patient,
} satisfies Resolvers;
