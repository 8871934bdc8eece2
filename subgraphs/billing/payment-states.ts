import { stateMachine } from '#chassis/state-machine.ts';
import type { PaymentStatus } from './generated/prisma/enums.ts';

/**
 * CREATED is recorded, PENDING is asked of the provider: who makes that step is the only one that calls it. UNKNOWN is a
 * provider that did not answer in time; it is left by asking what became of it, never by charging again.
 */
export const paymentStates = stateMachine<PaymentStatus>('payment', {
  CREATED: ['PENDING', 'FAILED'],
  PENDING: ['SUCCEEDED', 'FAILED', 'UNKNOWN'],
  SUCCEEDED: [],
  FAILED: [],
  UNKNOWN: ['SUCCEEDED', 'FAILED'],
});
