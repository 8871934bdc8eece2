import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Refusal, type RefusalCode } from '#chassis/errors.ts';
import { chargesOfOneInvoice, maxInvoiceLines, priceDay, statusOfPriced } from './charge-rules.ts';
import { invoiceTotals } from './invoice-totals.ts';
import { entriesOf } from './ledger.ts';
import { assertCurrency, maxAmountMinor, sumMinor, type Money } from './money.ts';
import { assertFurtherAttempt } from './payment-attempts.ts';
import { amountToPay } from './payment-service.ts';
import { checkDelay, defaultTimes } from './provider-times.ts';
import { amountToRefund } from './refund-service.ts';

const refusedWith = (work: () => unknown): RefusalCode | null => {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error.userErrors[0]?.code ?? null;
    throw error;
  }
};
const usd = (amountMinor: number): Money => ({ amountMinor, currency: 'USD' });
const invoice = { totalMinor: 10_000, currency: 'USD' };
const payment = usd(10_000);

describe('what can be paid of an invoice of 10,000', () => {
  test.each<[string, number, Money | null, number | RefusalCode]>([
    ['all of it when no amount is given', 0, null, 10_000],
    ['the rest when no amount is given', 2_500, null, 7_500],
    ['a part', 0, usd(1), 1],
    ['exactly the rest', 9_999, usd(1), 1],
    ['not more than the rest', 9_999, usd(2), 'OVERPAYMENT'],
    ['nothing when all is asked for', 10_000, null, 'OVERPAYMENT'],
    ['not zero', 0, usd(0), 'INVALID_INPUT'],
    ['not less than zero', 0, usd(-5), 'INVALID_INPUT'],
    ['not another currency', 0, { amountMinor: 5, currency: 'EUR' }, 'CURRENCY_MISMATCH'],
  ])('%s', (_name, asked, amount, expected) => {
    if (typeof expected === 'string') expect(refusedWith(() => amountToPay(invoice, asked, amount))).toBe(expected);
    else expect(amountToPay(invoice, asked, amount)).toEqual(usd(expected));
  });
});

describe('what can be refunded of a payment of 10,000', () => {
  test.each<[string, number, Money | null, number | RefusalCode]>([
    ['all of it when no amount is given', 0, null, 10_000],
    ['the rest when no amount is given', 4_000, null, 6_000],
    ['exactly the rest', 4_000, usd(6_000), 6_000],
    ['not more than the rest', 4_000, usd(6_001), 'REFUND_EXCEEDS_PAYMENT'],
    ['nothing twice', 10_000, null, 'REFUND_EXCEEDS_PAYMENT'],
    ['not zero', 0, usd(0), 'INVALID_INPUT'],
    ['not another currency', 0, { amountMinor: 5, currency: 'EUR' }, 'CURRENCY_MISMATCH'],
  ])('%s', (_name, returned, amount, expected) => {
    if (typeof expected === 'string') expect(refusedWith(() => amountToRefund(payment, returned, amount))).toBe(expected);
    else expect(amountToRefund(payment, returned, amount)).toEqual(usd(expected));
  });
});

describe('one more payment', () => {
  test.each<[string, number, number, boolean, RefusalCode | null]>([
    ['is taken at first', 0, 0, false, null],
    ['is taken after 49 failures', 49, 0, false, null],
    ['is refused after 50 failures', 50, 0, true, 'CONFLICT'],
    ['as the 49th part is of any size', 0, 48, false, null],
    ['as the 50th part is not a part of the rest', 0, 49, false, 'CONFLICT'],
    ['as the 50th part is the whole rest', 0, 49, true, null],
  ])('%s', (_name, failed, live, isWholeRest, expected) => {
    expect(refusedWith(() => assertFurtherAttempt({ failed, live }, isWholeRest))).toBe(expected);
  });
});

test('payments in any sizes never come to more than the invoice', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: maxAmountMinor }),
      fc.array(fc.integer({ min: -10, max: maxAmountMinor })),
      (totalMinor, tries) => {
        let asked = 0;
        for (const amountMinor of tries) {
          if (refusedWith(() => amountToPay({ totalMinor, currency: 'USD' }, asked, usd(amountMinor))) === null) asked += amountMinor;
        }
        expect(asked).toBeLessThanOrEqual(totalMinor);
        expect(asked).toBeGreaterThanOrEqual(0);
      },
    ),
  );
});

test('every kind of ledger transaction sums to zero and moves the whole amount', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...(Object.keys(entriesOf) as (keyof typeof entriesOf)[])),
      fc.integer({ min: 1, max: maxAmountMinor }),
      (kind, amountMinor) => {
        const entries = entriesOf[kind](usd(amountMinor));
        expect(sumMinor(entries)).toBe(0);
        expect(entries.filter((entry) => entry.amountMinor === amountMinor)).toHaveLength(1);
      },
    ),
  );
});

test.each([
  ['INVOICE_ISSUED', { RECEIVABLE: 500, REVENUE: -500 }],
  ['INVOICE_CANCELLED', { RECEIVABLE: -500, REVENUE: 500 }],
  ['PAYMENT_RECEIVED', { CASH: 500, RECEIVABLE: -500 }],
  ['REFUND_PAID', { REFUNDS: 500, CASH: -500 }],
] as const)('%s books %j', (kind, expected) => {
  expect(Object.fromEntries(entriesOf[kind](usd(500)).map(({ account, amountMinor }) => [account, amountMinor]))).toEqual(expected);
});

test('an invoice takes charges in order while its total can be said', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ amountMinor: fc.integer({ min: 1, max: maxAmountMinor }) }), { maxLength: maxInvoiceLines + 20 }),
      (charges) => {
        const taken = chargesOfOneInvoice(charges);
        expect(taken).toEqual(charges.slice(0, taken.length));
        expect(sumMinor(taken)).toBeLessThanOrEqual(maxAmountMinor);
        expect(taken.length).toBeLessThanOrEqual(maxInvoiceLines);
        const next = charges[taken.length];
        if (next && taken.length < maxInvoiceLines) expect(sumMinor(taken) + next.amountMinor).toBeGreaterThan(maxAmountMinor);
        if (charges.length > 0) expect(taken.length).toBeGreaterThan(0);
      },
    ),
  );
});

test.each([
  ['DRAFT', 0],
  ['ISSUED', 7_000],
  ['BALANCED', 7_000],
  ['CANCELLED', 0],
] as const)('an invoice that is %s with 3,000 of 10,000 paid owes %i', (status, owed) => {
  const totals = invoiceTotals({ ...invoice, status }, { paidMinor: 3_000, pendingMinor: 100, refundedMinor: 50 });
  expect(totals).toEqual({ total: usd(10_000), paid: usd(3_000), pending: usd(100), refunded: usd(50), balance: usd(owed) });
});

test('the price of the UTC day of the start counts', () => {
  expect(priceDay(new Date('2026-03-08T23:59:59.999Z')).toISOString()).toBe('2026-03-08T00:00:00.000Z');
  expect(priceDay(new Date('2026-03-09T00:00:00.000Z')).toISOString()).toBe('2026-03-09T00:00:00.000Z');
});

test('a free service is on no invoice', () => {
  expect(statusOfPriced(0)).toBe('NOT_BILLABLE');
  expect(statusOfPriced(1)).toBe('BILLABLE');
});

test.each(['USD', 'EUR', 'JPY'])('%s is a currency', (code) => expect(refusedWith(() => assertCurrency(code, []))).toBeNull());
test.each(['usd', 'US', 'XYZZY', 'ABC', ''])('%s is no currency', (code) =>
  expect(refusedWith(() => assertCurrency(code, []))).toBe('INVALID_INPUT'),
);

test('the provider is asked again at growing distances up to the longest', () => {
  fc.assert(
    fc.property(fc.nat({ max: 10_000 }), (checks) => {
      const delay = checkDelay(checks, defaultTimes);
      expect(delay).toBeGreaterThanOrEqual(defaultTimes.firstCheckMs);
      expect(delay).toBeLessThanOrEqual(defaultTimes.longestCheckMs);
      expect(checkDelay(checks + 1, defaultTimes)).toBeGreaterThanOrEqual(delay);
    }),
  );
  expect(defaultTimes.lostAfterMs).toBeGreaterThan(10 * defaultTimes.deadlineMs);
});
