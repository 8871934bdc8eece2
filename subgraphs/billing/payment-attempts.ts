import { Refusal } from '#chassis/errors.ts';
import type { Attempts } from './payment-store.ts';

/** Most failed payments of one invoice: Invoice.payments stays a short list, and nobody tries out cards on it. */
export const maxFailedPayments = 50;
/** Most parts in which an invoice is paid. */
export const maxParts = 50;

/**
 * Both limits together bound the payments of an invoice: fewer than 100. Neither leaves an invoice that cannot be paid:
 * the last part is the whole rest, and one with too many failures can be cancelled and issued anew.
 * @param isWholeRest is the next payment all that is neither paid nor under way
 * @throws Refusal CONFLICT
 */
export function assertFurtherAttempt({ failed, live }: Pick<Attempts, 'failed' | 'live'>, isWholeRest: boolean): void {
  if (failed >= maxFailedPayments) {
    const message = `${maxFailedPayments} payments of this invoice have failed; it takes no more. A biller can cancel it and issue a new one.`;
    throw new Refusal('CONFLICT', message, { path: ['invoiceId'] });
  }
  if (live >= maxParts - 1 && !isWholeRest) {
    const message = `An invoice is paid in at most ${maxParts} parts, and this is the last one. Leave out the amount to pay all that is still owed.`;
    throw new Refusal('CONFLICT', message, { path: ['amount', 'amountMinor'] });
  }
}
