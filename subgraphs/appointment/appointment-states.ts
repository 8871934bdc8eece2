import { stateMachine } from '#chassis/state-machine.ts';

/**
 * FHIR AppointmentStatus. CHECKED_IN may be skipped; a NOSHOW never goes on. ENTERED_IN_ERROR has no way in through the
 * graph: it is for records taken over from elsewhere.
 */
export const appointmentStates = stateMachine('appointment', {
  PROPOSED: ['PENDING'],
  PENDING: ['BOOKED', 'CANCELLED'],
  BOOKED: ['ARRIVED', 'CANCELLED', 'NOSHOW'],
  ARRIVED: ['CHECKED_IN', 'FULFILLED'],
  CHECKED_IN: ['FULFILLED'],
  WAITLIST: ['PENDING', 'CANCELLED'],
  FULFILLED: [],
  CANCELLED: [],
  NOSHOW: [],
  ENTERED_IN_ERROR: [],
});

export type AppointmentState = (typeof appointmentStates.states)[number];

/** The states in which the place can be changed. */
export const reschedulable: readonly AppointmentState[] = ['PENDING', 'BOOKED'];
