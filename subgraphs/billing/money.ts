import { Refusal } from '#chassis/errors.ts';

/** Whole minor units of an ISO 4217 currency: integers only, so there is nothing to round. */
export interface Money {
  amountMinor: number;
  currency: string;
}

/** The largest amount of one invoice, payment or price: what GraphQL's Int carries. */
export const maxAmountMinor = 2_147_483_647;

/** Currency of new accounts, and so of the prices that their visits are charged at. */
export const accountCurrency = 'USD';

const currencies = new Set(Intl.supportedValuesOf('currency'));

/** @throws Refusal INVALID_INPUT when it is no ISO 4217 code */
export function assertCurrency(currency: string, path: string[]): void {
  if (!currencies.has(currency))
    throw new Refusal('INVALID_INPUT', `${currency} is not an ISO 4217 currency code. Write it like USD.`, { path });
}

/** @throws Refusal INVALID_INPUT when it is not more than zero */
export function assertPositive(amount: Money, path: string[]): void {
  if (amount.amountMinor <= 0) {
    throw new Refusal('INVALID_INPUT', 'The amount must be more than zero minor units.', { path: [...path, 'amountMinor'] });
  }
}

/** @throws Refusal CURRENCY_MISMATCH */
export function assertSameCurrency(amount: Money, currency: string, noun: string, path: string[]): void {
  if (amount.currency !== currency) {
    throw new Refusal(
      'CURRENCY_MISMATCH',
      `The ${noun} is in ${currency}, the amount in ${amount.currency}. Give the amount in ${currency}.`,
      {
        path: [...path, 'currency'],
      },
    );
  }
}

export const sumMinor = (rows: readonly { amountMinor: number }[]): number => rows.reduce((sum, row) => sum + row.amountMinor, 0);
