import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#chassis/ids.ts';
import { billing, newKey, noon, usd, type Billing, type InvoiceAnswer } from './testing/billing-kit.ts';
import * as documents from './testing/documents.ts';

let kit: Billing;
beforeAll(async () => {
  kit = await billing();
});
afterAll(() => kit[Symbol.asyncDispose]());

const draft = (input: object) => kit.act<InvoiceAnswer>(kit.biller, documents.createInvoice, input);
const numberOf = (answer: InvoiceAnswer): number => Number(answer.invoice?.number?.slice(-6));

describe('createInvoice', () => {
  test('collects what is billable into a draft, in the order of the services', async () => {
    const patientId = await kit.registerPatient();
    await kit.setPrice('first', 1_000);
    await kit.chargeFee(patientId, 300);
    await kit.finishVisit(patientId, 'first', new Date(noon.getTime() - 86_400_000));
    expect(await draft({ patientId })).toMatchObject({
      invoice: {
        status: 'DRAFT',
        number: null,
        lines: [
          { position: 1, code: 'first', amount: usd(1_000) },
          { position: 2, code: 'no-show-fee', amount: usd(300) },
        ],
        totals: { total: usd(1_300), balance: usd(0) },
      },
      userErrors: [],
    });
    expect(await kit.balanceOf(patientId)).toBe(0);
    expect(await draft({ patientId })).toMatchObject({ invoice: null, userErrors: [{ code: 'NOTHING_TO_INVOICE', path: ['patientId'] }] });
  });

  test('keeps currencies apart', async () => {
    const patientId = await kit.registerPatient();
    await kit.chargeFee(patientId, 300);
    await kit.chargeFee(patientId, 450, 'EUR');
    expect(await draft({ patientId, currency: 'EUR' })).toMatchObject({
      invoice: { totals: { total: { amountMinor: 450, currency: 'EUR' } } },
    });
    expect(await draft({ patientId })).toMatchObject({ invoice: { totals: { total: usd(300) } } });
  });

  test('of a patient that nobody has heard of is PATIENT_UNKNOWN, and may be tried again with the same key', async () => {
    const patientId = newId('pat');
    const input = { idempotencyKey: newKey(), patientId };
    expect(await draft(input)).toMatchObject({ userErrors: [{ code: 'PATIENT_UNKNOWN', retryable: true }] });
    await kit.chargeFee(patientId, 300);
    expect(await draft(input)).toMatchObject({ invoice: { status: 'DRAFT' }, userErrors: [] });
  });

  test('twenty at once put each charge on one draft', async () => {
    const patientId = await kit.registerPatient();
    for (let fee = 1; fee <= 3; fee++) await kit.chargeFee(patientId, fee * 100);
    const answers = await Promise.all(Array.from({ length: 20 }, () => draft({ patientId })));
    expect(answers.filter(({ invoice }) => invoice !== null)).toHaveLength(1);
    expect(answers.flatMap(({ userErrors }) => userErrors.map(({ code }) => code))).toEqual(Array(19).fill('NOTHING_TO_INVOICE'));
  });
});

describe('issueInvoice', () => {
  test('numbers a draft, bills its charges, books it and tells of it', async () => {
    const patientId = await kit.registerPatient();
    const appointmentId = await kit.chargeFee(patientId, 4_200);
    const { invoice } = await draft({ patientId });
    const issued = await kit.issue({ invoiceId: invoice?.id });
    expect(issued).toMatchObject({ invoice: { status: 'ISSUED', totals: { total: usd(4_200), balance: usd(4_200) } }, userErrors: [] });
    expect(issued.invoice?.number).toMatch(/^INV-2026-\d{6}$/);
    expect(await kit.balanceOf(patientId)).toBe(4_200);
    expect(await kit.entity(kit.biller, 'Appointment', appointmentId, '{ charges { status invoice { id } } }')).toEqual({
      charges: [{ status: 'BILLED', invoice: { id: invoice?.id } }],
    });
    const told = (await kit.graph.emitted('invoice.issued')).filter(({ subject }) => subject === invoice?.id);
    expect(told.map(({ data }) => data)).toEqual([{ invoiceId: invoice?.id, patientId, total: usd(4_200) }]);
    expect(await kit.issue({ invoiceId: invoice?.id })).toMatchObject({
      invoice: null,
      userErrors: [{ code: 'ILLEGAL_STATE', currentState: 'ISSUED', allowedStates: ['BALANCED', 'CANCELLED'], path: ['invoiceId'] }],
    });
  });

  test('drafts and issues in one go for a patient', async () => {
    const patientId = await kit.registerPatient();
    await kit.chargeFee(patientId, 100);
    expect(await kit.issue({ patientId })).toMatchObject({ invoice: { status: 'ISSUED' }, userErrors: [] });
    expect(await kit.issue({ patientId })).toMatchObject({ invoice: null, userErrors: [{ code: 'NOTHING_TO_INVOICE' }] });
  });

  test.each([
    ['neither draft nor patient', {}, 'INVALID_INPUT'],
    ['both', { invoiceId: newId('inv'), patientId: newId('pat') }, 'INVALID_INPUT'],
    ['a draft that is not there', { invoiceId: newId('inv') }, 'NOT_FOUND'],
  ])('refuses %s', async (_name, input, code) => {
    expect(await kit.issue(input)).toMatchObject({ invoice: null, userErrors: [{ code, path: ['invoiceId'] }] });
  });

  test('gives numbers without gaps to a crowd, refusals in between', async () => {
    const patients = await Promise.all(Array.from({ length: 15 }, () => kit.registerPatient()));
    await Promise.all(patients.map((patientId) => kit.chargeFee(patientId, 100)));
    const before = numberOf(await kit.issue(await withFee()));
    const answers = await Promise.all([...patients, ...patients].map((patientId) => kit.issue({ patientId })));
    const numbers = answers.filter(({ invoice }) => invoice !== null).map(numberOf);
    expect(numbers.sort((a, b) => a - b)).toEqual(patients.map((_patient, index) => before + 1 + index));
  });

  test('starts again with the year', async () => {
    const input = await withFee();
    kit.graph.setNow(new Date('2027-01-01T00:00:00.000Z'));
    const answer = await kit.issue(input);
    kit.graph.setNow(noon);
    expect(answer.invoice?.number).toBe('INV-2027-000001');
  });

  test('fifty times at once with one key is one invoice and one answer', async () => {
    const input = { ...(await withFee()), idempotencyKey: newKey() };
    const answers = await Promise.all(Array.from({ length: 50 }, () => kit.issue(input)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ invoice: { status: 'ISSUED' }, userErrors: [] });
    expect(await kit.issue({ ...input, patientId: newId('pat') })).toMatchObject({ userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED' }] });
  });
});

describe('cancelInvoice', () => {
  test('reverses an issued invoice and frees its charges for another one', async () => {
    const { patientId, invoiceId } = await kit.issuedInvoice(900);
    expect(await kit.cancel(invoiceId)).toMatchObject({ invoice: { status: 'CANCELLED', totals: { balance: usd(0) } }, userErrors: [] });
    expect(await kit.balanceOf(patientId)).toBe(0);
    const again = await kit.issue({ patientId });
    expect(again).toMatchObject({ invoice: { status: 'ISSUED', totals: { total: usd(900) } } });
    expect(again.invoice?.id).not.toBe(invoiceId);
    expect(await kit.cancel(invoiceId)).toMatchObject({
      userErrors: [{ code: 'ILLEGAL_STATE', currentState: 'CANCELLED', allowedStates: [] }],
    });
  });

  test('drops a draft without a trace in the books', async () => {
    const patientId = await kit.registerPatient();
    await kit.chargeFee(patientId, 100);
    const { invoice } = await draft({ patientId });
    expect(await kit.cancel(invoice?.id ?? '')).toMatchObject({ invoice: { status: 'CANCELLED', number: null }, userErrors: [] });
    expect(await kit.sql('select from ledger_transaction where patient_id = $1', [patientId])).toHaveLength(0);
    expect(await draft({ patientId })).toMatchObject({ invoice: { status: 'DRAFT' } });
  });

  test.each([
    ['a payment that succeeded', (invoiceId: string) => kit.pay(invoiceId, { amount: usd(100) })],
    [
      'a payment whose end is unknown',
      (invoiceId: string) =>
        kit.impatiently(() => kit.pay(invoiceId, { amount: usd(100), paymentMethodToken: 'tok_timeout_then_success' })),
    ],
  ])('is refused after %s', async (_name, begin) => {
    const { invoiceId } = await kit.issuedInvoice(900);
    await begin(invoiceId);
    expect(await kit.cancel(invoiceId)).toMatchObject({ invoice: null, userErrors: [{ code: 'CONFLICT' }] });
  });

  test('of one that was paid in part is possible once all of it is given back, and reverses only what was still owed', async () => {
    const { patientId, invoiceId } = await kit.issuedInvoice(900);
    const { payment } = await kit.pay(invoiceId, { amount: usd(300) });
    await kit.refund(payment?.id ?? '', { amount: usd(200) });
    expect(await kit.cancel(invoiceId)).toMatchObject({ invoice: null, userErrors: [{ code: 'CONFLICT' }] });
    await kit.refund(payment?.id ?? '');
    expect(await kit.cancel(invoiceId)).toMatchObject({ invoice: { status: 'CANCELLED', totals: { balance: usd(0) } }, userErrors: [] });
    const sums = await kit.sql(
      'select account, sum(amount_minor)::int as sum from ledger_entry where patient_id = $1 group by account order by account',
      [patientId],
    );
    expect(sums).toEqual([
      { account: 'RECEIVABLE', sum: 0 },
      { account: 'REVENUE', sum: -300 },
      { account: 'CASH', sum: 0 },
      { account: 'REFUNDS', sum: 300 },
    ]);
    expect(await kit.issue({ patientId })).toMatchObject({ invoice: { totals: { total: usd(900), balance: usd(900) } } });
    expect(await kit.balanceOf(patientId)).toBe(900);
  });

  test('is refused while a refund is on its way', async () => {
    const { invoiceId } = await kit.issuedInvoice(900);
    const { payment } = await kit.pay(invoiceId, { amount: usd(300), paymentMethodToken: 'tok_refund_timeout' });
    await kit.impatiently(() => kit.refund(payment?.id ?? ''));
    expect(await kit.cancel(invoiceId)).toMatchObject({ invoice: null, userErrors: [{ code: 'CONFLICT' }] });
  });

  test('is possible after a payment that failed', async () => {
    const { invoiceId } = await kit.issuedInvoice(900);
    await kit.pay(invoiceId, { paymentMethodToken: 'tok_decline' });
    expect(await kit.cancel(invoiceId)).toMatchObject({ invoice: { status: 'CANCELLED' } });
  });

  test('and a payment at the same time: exactly one of them', async () => {
    for (let round = 0; round < 5; round++) {
      const { invoiceId } = await kit.issuedInvoice(900);
      const [cancelled, paid] = await Promise.all([kit.cancel(invoiceId), kit.pay(invoiceId)]);
      expect([cancelled.invoice !== null, paid.payment !== null].filter(Boolean)).toHaveLength(1);
    }
  });
});

async function withFee() {
  const patientId = await kit.registerPatient();
  await kit.chargeFee(patientId, 100);
  return { patientId };
}
