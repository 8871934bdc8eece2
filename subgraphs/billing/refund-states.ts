import { stateMachine } from '#chassis/state-machine.ts';
import type { RefundStatus } from './generated/prisma/enums.ts';

/** A refund whose provider did not answer in time stays PENDING until the provider says what became of it. */
export const refundStates = stateMachine<RefundStatus>('refund', {
  PENDING: ['SUCCEEDED', 'FAILED'],
  SUCCEEDED: [],
  FAILED: [],
});
