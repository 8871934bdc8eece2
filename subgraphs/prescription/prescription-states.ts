import { stateMachine } from '#chassis/state-machine.ts';

/**
 * MedicationRequest. DRAFT becomes ACTIVE by a signature only; ACTIVE is cancelled only while nothing was dispensed. When the
 * validity ends, ACTIVE becomes COMPLETED and ON_HOLD becomes STOPPED, the one end that a pause has.
 */
export const prescriptionStates = stateMachine('prescription', {
  DRAFT: ['ACTIVE', 'CANCELLED'],
  ACTIVE: ['ON_HOLD', 'STOPPED', 'CANCELLED', 'COMPLETED'],
  ON_HOLD: ['ACTIVE', 'STOPPED'],
  CANCELLED: [],
  COMPLETED: [],
  STOPPED: [],
  ENTERED_IN_ERROR: [],
});
