import { stateMachine } from '#chassis/state-machine.ts';
import type { ClaimOutcome, ClaimStatus } from './generated/prisma/enums.ts';

/** FHIR fm-status, as a claim uses it. */
export const claimStates = stateMachine<ClaimStatus>('claim', {
  DRAFT: ['ACTIVE', 'CANCELLED'],
  ACTIVE: ['CANCELLED'],
  CANCELLED: [],
});

/** FHIR remittance-outcome: what the payer made of a claim that was submitted. */
export const claimOutcomes = stateMachine<ClaimOutcome>('outcome of the claim', {
  QUEUED: ['PARTIAL', 'COMPLETE', 'ERROR'],
  PARTIAL: ['COMPLETE', 'ERROR'],
  COMPLETE: [],
  ERROR: [],
});
