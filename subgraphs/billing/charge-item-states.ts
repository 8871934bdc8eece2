import { stateMachine } from '#chassis/state-machine.ts';
import type { ChargeItemStatus } from './generated/prisma/enums.ts';

/** FHIR chargeitem-status. BILLED goes back to BILLABLE only when its invoice is cancelled: the service is still to be paid. */
export const chargeItemStates = stateMachine<ChargeItemStatus>('charge', {
  PLANNED: ['BILLABLE', 'NOT_BILLABLE', 'ABORTED', 'ENTERED_IN_ERROR'],
  BILLABLE: ['BILLED', 'NOT_BILLABLE', 'ABORTED', 'ENTERED_IN_ERROR'],
  NOT_BILLABLE: ['ENTERED_IN_ERROR'],
  ABORTED: [],
  BILLED: ['BILLABLE'],
  ENTERED_IN_ERROR: [],
});
