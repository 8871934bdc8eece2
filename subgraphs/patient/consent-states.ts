import { stateMachine } from '#chassis/state-machine.ts';

/** FHIR R4 consent-state-codes. Only ACTIVE counts; what was revoked or declined is given anew, never revived. */
export const consentStates = stateMachine('consent', {
  DRAFT: ['PROPOSED', 'ACTIVE', 'ENTERED_IN_ERROR'],
  PROPOSED: ['ACTIVE', 'REJECTED', 'ENTERED_IN_ERROR'],
  ACTIVE: ['INACTIVE', 'ENTERED_IN_ERROR'],
  REJECTED: ['ENTERED_IN_ERROR'],
  INACTIVE: ['ENTERED_IN_ERROR'],
  ENTERED_IN_ERROR: [],
});
