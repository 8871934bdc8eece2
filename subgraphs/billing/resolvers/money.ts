import type { Money } from '../money.ts';

/** The amount of a row as Money. */
export const moneyOf = ({ amountMinor, currency }: Money): Money => ({ amountMinor, currency });
