import type { ChargeItemStatus } from './generated/prisma/enums.ts';
import { maxAmountMinor } from './money.ts';

/** Codes of charges that are not services. */
export const feeCodes = { lateCancellation: 'late-cancellation-fee', noShow: 'no-show-fee' } as const;

/** What becomes of a charge whose price is known: a free service is on no invoice. */
export const statusOfPriced = (amountMinor: number): ChargeItemStatus => (amountMinor > 0 ? 'BILLABLE' : 'NOT_BILLABLE');

/** The day whose price counts for something that happened at this instant: its date in UTC. */
export const priceDay = (at: Date): Date => new Date(`${at.toISOString().slice(0, 10)}T00:00:00.000Z`);

/** Most lines of one invoice; further charges wait for the next one. */
export const maxInvoiceLines = 500;

/** The first charges that fit on one invoice: its total stays within what an amount can say. */
export function chargesOfOneInvoice<Charge extends { amountMinor: number }>(charges: readonly Charge[]): Charge[] {
  let total = 0;
  const first = charges.slice(0, maxInvoiceLines);
  const beyond = first.findIndex(({ amountMinor }) => (total += amountMinor) > maxAmountMinor);
  return beyond === -1 ? first : first.slice(0, beyond);
}
