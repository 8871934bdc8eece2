import { stateMachine } from '#chassis/state-machine.ts';
import type { InvoiceStatus } from './generated/prisma/enums.ts';

/**
 * FHIR invoice-status. ISSUED is cancelled only while no money of a payment is kept or under way. A refund leaves it BALANCED: the claim was settled,
 * and what is given back is not asked for again. No step leads to ENTERED_IN_ERROR: a number that was given stays explained.
 */
export const invoiceStates = stateMachine<InvoiceStatus>('invoice', {
  DRAFT: ['ISSUED', 'CANCELLED'],
  ISSUED: ['BALANCED', 'CANCELLED'],
  BALANCED: [],
  CANCELLED: [],
  ENTERED_IN_ERROR: [],
});
