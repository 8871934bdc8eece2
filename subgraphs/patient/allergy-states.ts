import { stateMachine } from '#chassis/state-machine.ts';

/** FHIR R4 allergyintolerance-clinical. An allergy that was thought gone can come back. */
export const allergyClinicalStates = stateMachine('allergy', {
  ACTIVE: ['INACTIVE', 'RESOLVED'],
  INACTIVE: ['ACTIVE', 'RESOLVED'],
  RESOLVED: ['ACTIVE'],
});

/** FHIR R4 allergyintolerance-verification. A test can overturn an earlier one; an error is final. */
export const allergyVerificationStates = stateMachine('allergy', {
  UNCONFIRMED: ['CONFIRMED', 'REFUTED', 'ENTERED_IN_ERROR'],
  CONFIRMED: ['REFUTED', 'ENTERED_IN_ERROR'],
  REFUTED: ['CONFIRMED', 'ENTERED_IN_ERROR'],
  ENTERED_IN_ERROR: [],
});
