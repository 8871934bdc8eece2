import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { newId } from '#chassis/ids.ts';
import type { PaymentProvider } from './payment-provider.ts';
import { claimPayment, findPayment, insertPayment } from './payment-store.ts';
import { followUp } from './provider-follow-up.ts';
import { claimRefund, insertRefund } from './refund-store.ts';
import { settlePayment } from './settle-payment.ts';
import { testPaymentProvider } from './test-payment-provider.ts';
import { billing, later, newKey, noon, usd, type Billing } from './testing/billing-kit.ts';
import * as documents from './testing/documents.ts';

let kit: Billing;
beforeAll(async () => {
  kit = await billing();
});
afterAll(() => kit[Symbol.asyncDispose]());

const chargesAtProvider = (paymentId: string | undefined) => kit.sql('select from test_provider_charge where key = $1', [paymentId]);
const eventsOf = async (invoiceId: string) =>
  (await kit.graph.emitted()).filter(({ subject }) => subject === invoiceId).map(({ type }) => type);

/** Lets time pass and asks the provider about all that is due. */
async function followUpAt(ms: number): Promise<void> {
  kit.graph.setNow(later(ms));
  await followUp(kit.system());
  kit.graph.setNow(noon);
}

describe('payInvoice', () => {
  test('in two parts balances the invoice', async () => {
    const { patientId, invoiceId } = await kit.issuedInvoice(10_000);
    expect(await kit.pay(invoiceId, { amount: usd(4_000) }, kit.patient(patientId))).toMatchObject({
      payment: { status: 'SUCCEEDED', amount: usd(4_000), failureCode: null },
      invoice: { status: 'ISSUED', totals: { paid: usd(4_000), balance: usd(6_000), pending: usd(0) } },
      userErrors: [],
    });
    expect(await kit.balanceOf(patientId)).toBe(6_000);
    expect(await kit.pay(invoiceId)).toMatchObject({
      payment: { status: 'SUCCEEDED', amount: usd(6_000) },
      invoice: { status: 'BALANCED', totals: { balance: usd(0) } },
    });
    expect(await kit.balanceOf(patientId)).toBe(0);
    expect(await eventsOf(invoiceId)).toEqual(['invoice.issued', 'payment.succeeded', 'payment.succeeded', 'invoice.balanced']);
    expect(await kit.pay(invoiceId)).toMatchObject({
      payment: null,
      userErrors: [{ code: 'ILLEGAL_STATE', currentState: 'BALANCED', allowedStates: [] }],
    });
  });

  test('that is declined keeps the failed payment and says so, each time the key comes', async () => {
    const { patientId, invoiceId } = await kit.issuedInvoice();
    const input = { idempotencyKey: newKey(), paymentMethodToken: 'tok_decline' };
    const first = await kit.pay(invoiceId, input);
    expect(first).toMatchObject({
      payment: { status: 'FAILED', failureCode: 'card_declined' },
      invoice: { status: 'ISSUED', totals: { balance: usd(10_000), pending: usd(0) } },
      userErrors: [{ code: 'PAYMENT_DECLINED', path: ['paymentMethodToken'] }],
    });
    expect(await kit.pay(invoiceId, input)).toEqual(first);
    expect(await kit.balanceOf(patientId)).toBe(10_000);
    expect(await eventsOf(invoiceId)).toEqual(['invoice.issued', 'payment.failed']);
    expect(await kit.pay(invoiceId)).toMatchObject({ payment: { status: 'SUCCEEDED' }, invoice: { status: 'BALANCED' } });
  });

  test.each([
    ['more than is owed', { amount: usd(10_001) }, 'OVERPAYMENT', ['amount', 'amountMinor']],
    ['nothing', { amount: usd(0) }, 'INVALID_INPUT', ['amount', 'amountMinor']],
    ['another currency', { amount: { amountMinor: 5, currency: 'EUR' } }, 'CURRENCY_MISMATCH', ['amount', 'currency']],
    ['no token', { paymentMethodToken: ' ' }, 'INVALID_INPUT', ['paymentMethodToken']],
  ])('refuses %s before the provider is asked', async (_name, input, code, path) => {
    const { invoiceId } = await kit.issuedInvoice(10_000);
    expect(await kit.pay(invoiceId, input)).toMatchObject({ payment: null, invoice: null, userErrors: [{ code, path }] });
  });

  test('of a token that the provider does not know is declined', async () => {
    const { invoiceId } = await kit.issuedInvoice();
    expect(await kit.pay(invoiceId, { paymentMethodToken: 'tok_of_nobody' })).toMatchObject({
      payment: { failureCode: 'invalid_payment_method' },
    });
  });

  test('fifty times at once with one key charges once and answers the same', async () => {
    const { patientId, invoiceId } = await kit.issuedInvoice();
    const input = { idempotencyKey: newKey(), amount: usd(1_000) };
    const answers = await Promise.all(Array.from({ length: 50 }, () => kit.pay(invoiceId, input)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ payment: { status: 'SUCCEEDED' }, userErrors: [] });
    expect(await chargesAtProvider(answers[0]?.payment?.id)).toHaveLength(1);
    expect(await kit.balanceOf(patientId)).toBe(9_000);
    expect(await kit.pay(invoiceId, { ...input, amount: usd(999) })).toMatchObject({ userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED' }] });
  });

  test('by twenty payers of 1,000 at once takes no more than is owed', async () => {
    const { patientId, invoiceId } = await kit.issuedInvoice(7_500);
    const answers = await Promise.all(Array.from({ length: 20 }, () => kit.pay(invoiceId, { amount: usd(1_000) })));
    expect(answers.filter(({ payment }) => payment?.status === 'SUCCEEDED')).toHaveLength(7);
    expect(answers.flatMap(({ userErrors }) => userErrors.map(({ code }) => code))).toEqual(Array(13).fill('OVERPAYMENT'));
    expect(await kit.balanceOf(patientId)).toBe(500);
  });
});

test('after 50 failed payments an invoice takes no more, and a 50th part is the whole rest', async () => {
  const { patientId, invoiceId } = await kit.issuedInvoice(10_000);
  const insert = (count: number, status: string, each: string) =>
    kit.sql(
      `insert into payment (id, invoice_id, patient_id, status, amount_minor, currency, provider_key, created_at, settled_at)
       select $1 || n, $2, $3, $4::payment_status, 1, 'USD', $1 || n, now(), now() from generate_series(1, $5::int) as n`,
      [each, invoiceId, patientId, status, count],
    );
  await insert(49, 'SUCCEEDED', newKey());
  expect(await kit.pay(invoiceId, { amount: usd(1) })).toMatchObject({
    payment: null,
    userErrors: [{ code: 'CONFLICT', path: ['amount', 'amountMinor'] }],
  });
  await insert(49, 'FAILED', newKey());
  expect(await kit.pay(invoiceId, { paymentMethodToken: 'tok_decline' })).toMatchObject({ payment: { status: 'FAILED' } });
  expect(await kit.pay(invoiceId)).toMatchObject({ payment: null, userErrors: [{ code: 'CONFLICT', path: ['invoiceId'] }] });
});

describe('a repeated idempotency key', () => {
  test('answers nothing to a proxy whose grant has ended meanwhile, and sends nothing for them', async () => {
    const { patientId, invoiceId } = await kit.issuedInvoice(10_000);
    const proxyPatientId = newId('pat');
    const grant = { grantId: newId('prx'), patientId, proxyPatientId, endsOn: null };
    await kit.graph.receive('patient.proxyGranted', grant.grantId, grant);
    const input = { idempotencyKey: newKey(), amount: usd(1_000) };
    const proxy = kit.patient(proxyPatientId);
    const { payment } = await kit.pay(invoiceId, input, proxy);
    expect(payment).toMatchObject({ status: 'SUCCEEDED' });
    // As if the process had died before it asked the provider.
    await kit.sql("update payment set status = 'CREATED', sent_at = null, settled_at = null, next_check_at = now() where id = $1", [
      payment?.id,
    ]);
    await kit.sql('delete from test_provider_charge where key = $1', [payment?.id]);
    await kit.graph.receive('patient.proxyRevoked', grant.grantId, grant);
    expect(await kit.pay(invoiceId, input, proxy)).toMatchObject({
      payment: null,
      invoice: null,
      userErrors: [{ code: 'NOT_FOUND', path: ['invoiceId'] }],
    });
    expect(await chargesAtProvider(payment?.id)).toHaveLength(0);
  });

  test('answers nothing to who was a biller then', async () => {
    const { invoiceId } = await kit.issuedInvoice(10_000);
    const was = kit.graph.as({ role: 'BILLER', subject: 'moved' });
    const is = kit.graph.as({ role: 'FRONT_DESK', subject: 'moved' });
    const { payment } = await kit.pay(invoiceId, { amount: usd(1_000) });
    const cancelled = { invoiceId: (await kit.issuedInvoice(100)).invoiceId, reason: 'test' };
    for (const [document, input, field] of [
      [documents.refundPayment, { paymentId: payment?.id, reason: 'test' }, 'refund'],
      [documents.cancelInvoice, cancelled, 'invoice'],
    ] as const) {
      const keyed = { idempotencyKey: newKey(), ...input };
      expect(await kit.act(was, document, keyed)).toMatchObject({ [field]: { id: expect.any(String) as string }, userErrors: [] });
      expect(await kit.act(is, document, keyed)).toMatchObject({ [field]: null, userErrors: [{ code: 'NOT_FOUND' }] });
    }
  });
});

describe('a provider that does not answer in time', () => {
  test.each([
    ['tok_timeout_then_success', 'SUCCEEDED', 'BALANCED', 0],
    ['tok_timeout_then_decline', 'FAILED', 'ISSUED', 10_000],
  ])('%s: the payment is UNKNOWN, then %s by asking', async (paymentMethodToken, status, invoiceStatus, balance) => {
    const { patientId, invoiceId } = await kit.issuedInvoice(10_000);
    const input = { idempotencyKey: newKey(), paymentMethodToken };
    const answer = await kit.impatiently(() => kit.pay(invoiceId, input));
    expect(answer).toMatchObject({
      payment: { status: 'UNKNOWN' },
      invoice: { status: 'ISSUED', totals: { pending: usd(10_000) } },
      userErrors: [],
    });
    expect(await kit.pay(invoiceId)).toMatchObject({ payment: null, userErrors: [{ code: 'OVERPAYMENT' }] });
    await followUpAt(500);
    expect(await kit.pay(invoiceId, input)).toMatchObject({ payment: { status: 'UNKNOWN' } });
    await followUpAt(1_500);
    const settled = await kit.pay(invoiceId, input);
    expect(settled).toMatchObject({
      payment: { id: answer.payment?.id, status },
      invoice: { status: invoiceStatus, totals: { pending: usd(0) } },
    });
    expect(settled.userErrors.map(({ code }) => code)).toEqual(status === 'FAILED' ? ['PAYMENT_DECLINED'] : []);
    expect(await kit.balanceOf(patientId)).toBe(balance);
    await followUpAt(1_000_000);
    expect(await chargesAtProvider(answer.payment?.id)).toHaveLength(1);
    expect((await eventsOf(invoiceId)).filter((type) => type.startsWith('payment.'))).toHaveLength(1);
  });

  test('is followed up by two processes at once with one effect', async () => {
    const { patientId, invoiceId } = await kit.issuedInvoice(10_000);
    await kit.impatiently(() => kit.pay(invoiceId, { paymentMethodToken: 'tok_timeout_then_success' }));
    kit.graph.setNow(later(2_000));
    await Promise.all([followUp(kit.system()), followUp(kit.system()), followUp(kit.system())]);
    kit.graph.setNow(noon);
    expect(await kit.balanceOf(patientId)).toBe(0);
    expect((await eventsOf(invoiceId)).filter((type) => type === 'payment.succeeded')).toHaveLength(1);
  });
});

describe('a process that dies', () => {
  const recorded = async (invoiceId: string, patientId: string) => {
    const { client } = kit.graph.subgraph.database as ReturnType<typeof kit.system>['database'];
    const payment = { invoiceId, patientId, amountMinor: 10_000, currency: 'USD', createdAt: noon, nextCheckAt: later(120_000) };
    const { id } = await client.$transaction((tx) => insertPayment(tx, payment));
    return { id, client };
  };
  const statusOf = async (id: string) => (await kit.sql('select status, failure_code from payment where id = $1', [id]))[0];

  test('before it asked leaves a payment that fails as not sent', async () => {
    const { patientId, invoiceId } = await kit.issuedInvoice();
    const { id } = await recorded(invoiceId, patientId);
    await followUpAt(119_000);
    expect(await statusOf(id)).toEqual({ status: 'CREATED', failure_code: null });
    await followUpAt(121_000);
    expect(await statusOf(id)).toEqual({ status: 'FAILED', failure_code: 'not_sent' });
    expect(await kit.pay(invoiceId)).toMatchObject({ invoice: { status: 'BALANCED' } });
  });

  test('before the provider got it leaves a payment that is UNKNOWN until no call can be on its way, then fails as not received', async () => {
    const { patientId, invoiceId } = await kit.issuedInvoice();
    const { id, client } = await recorded(invoiceId, patientId);
    await claimPayment(client, id, noon, later(1_000));
    await followUpAt(1_001);
    expect(await statusOf(id)).toEqual({ status: 'UNKNOWN', failure_code: null });
    await followUpAt(119_000);
    expect(await statusOf(id)).toEqual({ status: 'UNKNOWN', failure_code: null });
    await followUpAt(1_000_000);
    expect(await statusOf(id)).toEqual({ status: 'FAILED', failure_code: 'not_received' });
  });

  test('and is settled leaves a payment that a later answer does not move', async () => {
    const { patientId, invoiceId } = await kit.issuedInvoice();
    const { id, client } = await recorded(invoiceId, patientId);
    const sentAt = noon;
    await claimPayment(client, id, sentAt, later(1_000));
    const asked = await findPayment(client, id);
    if (!asked) throw new Error('the payment was recorded');
    await settlePayment(kit.system(), asked, { outcome: 'SUCCEEDED', reference: 'first' });
    const settled = await kit.sql('select * from payment where id = $1', [id]);
    await settlePayment(kit.system(), asked, { outcome: 'SUCCEEDED', reference: 'second' });
    await settlePayment(kit.system(), asked, { outcome: 'DECLINED', code: 'card_declined' });
    await settlePayment(kit.system(), asked, { outcome: 'NO_ANSWER' });
    await settlePayment(kit.system(), asked, { outcome: 'LOST', code: 'not_received', sentAt });
    expect(await kit.sql('select * from payment where id = $1', [id])).toEqual(settled);
    expect(await kit.balanceOf(patientId)).toBe(0);
    expect((await eventsOf(invoiceId)).filter((type) => type.startsWith('payment.'))).toEqual(['payment.succeeded']);
  });

  test('and whose payment was given up, although the provider took the money, is reported to a person', async () => {
    const { patientId, invoiceId } = await kit.issuedInvoice();
    const { id, client } = await recorded(invoiceId, patientId);
    await followUpAt(121_000);
    const given = await findPayment(client, id);
    if (!given) throw new Error('the payment was recorded');
    const context = kit.system();
    const reported = vi.spyOn(context.log, 'error');
    await settlePayment(context, given, { outcome: 'SUCCEEDED', reference: 'taken' });
    expect(reported).toHaveBeenCalledExactlyOnceWith({ id, reference: 'taken' }, expect.stringContaining('by hand'));
    expect(await statusOf(id)).toEqual({ status: 'FAILED', failure_code: 'not_sent' });
  });

  test('after the provider took the money leaves a payment that succeeds', async () => {
    const { patientId, invoiceId } = await kit.issuedInvoice();
    const { id, client } = await recorded(invoiceId, patientId);
    await claimPayment(client, id, noon, later(1_000));
    const charge = { key: id, amountMinor: 10_000, currency: 'USD', paymentMethodToken: 'tok_success' };
    await kit.system().provider.charge(charge, AbortSignal.timeout(1_000));
    await followUpAt(1_001);
    expect(await statusOf(id)).toEqual({ status: 'SUCCEEDED', failure_code: null });
    expect(await kit.balanceOf(patientId)).toBe(0);
  });
});

describe('a follow-up that read what is due before a repeated request sent it', () => {
  /** A provider that lets something happen while it is asked what became of the payment before. */
  async function interrupted(
    work: (own: Billing) => Promise<{ table: string; id: string; send: (provider: PaymentProvider) => Promise<unknown> }>,
  ) {
    let meanwhile: (() => Promise<unknown>) | null = null;
    const own = await billing({
      provider: (pool) => {
        const real = testPaymentProvider(pool);
        return {
          ...real,
          async find(key, signal) {
            const act = meanwhile;
            meanwhile = null;
            await act?.();
            return real.find(key, signal);
          },
        };
      },
    });
    const { client } = own.system().database;
    const first = await own.issuedInvoice();
    const { id: firstId } = await client.$transaction((tx) =>
      insertPayment(tx, { ...first, amountMinor: 10_000, currency: 'USD', createdAt: noon, nextCheckAt: noon }),
    );
    await claimPayment(client, firstId, noon, noon);
    const { table, id, send } = await work(own);
    meanwhile = () => send(own.system().provider);
    own.graph.setNow(later(120_001));
    await followUp(own.system());
    const afterwards = await own.sql(`select status, failure_code from ${table} where id = $1`, [id]);
    own.graph.setNow(later(240_000));
    await followUp(own.system());
    const atLast = await own.sql(`select status, failure_code from ${table} where id = $1`, [id]);
    return { own, id, afterwards, atLast };
  }
  const signal = () => AbortSignal.timeout(5_000);

  test('does not fail a payment that was not sent then; it succeeds by asking', async () => {
    const { own, afterwards, atLast } = await interrupted(async (kitOfOwn) => {
      const { client } = kitOfOwn.system().database;
      const invoice = await kitOfOwn.issuedInvoice();
      const { id } = await client.$transaction((tx) =>
        insertPayment(tx, { ...invoice, amountMinor: 10_000, currency: 'USD', createdAt: noon, nextCheckAt: later(120_000) }),
      );
      return {
        table: 'payment',
        id,
        async send(provider) {
          expect(await claimPayment(client, id, later(120_001), later(130_000))).toBe(true);
          await provider.charge({ key: id, amountMinor: 10_000, currency: 'USD', paymentMethodToken: 'tok_success' }, signal());
        },
      };
    });
    await using _closing = own;
    expect(afterwards).toEqual([{ status: 'PENDING', failure_code: null }]);
    expect(atLast).toEqual([{ status: 'SUCCEEDED', failure_code: null }]);
  });

  test('does not fail a refund that was not sent then; it succeeds by asking', async () => {
    const { own, afterwards, atLast } = await interrupted(async (kitOfOwn) => {
      const { client } = kitOfOwn.system().database;
      const { invoiceId } = await kitOfOwn.issuedInvoice();
      const { payment } = await kitOfOwn.pay(invoiceId);
      const paid = await findPayment(client, payment?.id ?? '');
      if (!paid) throw new Error('the invoice was paid');
      const { id } = await client.$transaction((tx) =>
        insertRefund(tx, paid, { amountMinor: 10_000, reason: 'test', createdAt: noon, nextCheckAt: later(120_000) }),
      );
      return {
        table: 'refund',
        id,
        async send(provider) {
          expect(await claimRefund(client, id, later(120_001), later(130_000))).toBe(true);
          await provider.refund({ key: id, chargeKey: paid.providerKey, amountMinor: 10_000, currency: 'USD' }, signal());
        },
      };
    });
    await using _closing = own;
    expect(afterwards).toEqual([{ status: 'PENDING', failure_code: null }]);
    expect(atLast).toEqual([{ status: 'SUCCEEDED', failure_code: null }]);
  });
});

test('the follow-up runs by itself from the start on, and ends with the subgraph', async () => {
  let hear: (key: string) => void = () => undefined;
  const asked = new Promise<string>((resolve) => {
    hear = resolve;
  });
  await using own = await billing({
    provider: () => ({
      charge: () => Promise.reject(new Error('the line is dead')),
      refund: () => Promise.reject(new Error('not asked here')),
      find: (key) => {
        hear(key);
        return Promise.resolve({ outcome: 'SUCCEEDED', reference: 'found' });
      },
    }),
    times: { firstCheckMs: 0, intervalMs: 5 },
    start: true,
  });
  const { invoiceId } = await own.issuedInvoice();
  const { payment } = await own.pay(invoiceId);
  expect(await asked).toBe(payment?.id);
});

describe('refundPayment', () => {
  const paid = async () => {
    const { patientId, invoiceId } = await kit.issuedInvoice(10_000);
    const { payment } = await kit.pay(invoiceId);
    return { patientId, invoiceId, paymentId: payment?.id ?? '' };
  };

  test('in parts gives back up to the payment; the invoice stays balanced and nothing is owed again', async () => {
    const { patientId, invoiceId, paymentId } = await paid();
    expect(await kit.refund(paymentId, { amount: usd(2_500) })).toMatchObject({
      refund: { status: 'SUCCEEDED', amount: usd(2_500) },
      userErrors: [],
    });
    expect(await kit.refund(paymentId, { amount: usd(7_501) })).toMatchObject({
      refund: null,
      userErrors: [{ code: 'REFUND_EXCEEDS_PAYMENT' }],
    });
    expect(await kit.refund(paymentId)).toMatchObject({ refund: { status: 'SUCCEEDED', amount: usd(7_500) } });
    expect(
      await kit.entity(kit.biller, 'Invoice', invoiceId, '{ status totals { refunded { amountMinor } balance { amountMinor } } }'),
    ).toEqual({
      status: 'BALANCED',
      totals: { refunded: { amountMinor: 10_000 }, balance: { amountMinor: 0 } },
    });
    expect(await kit.balanceOf(patientId)).toBe(0);
    const cash = await kit.sql("select sum(amount_minor)::int as cash from ledger_entry where patient_id = $1 and account = 'CASH'", [
      patientId,
    ]);
    expect(cash).toEqual([{ cash: 0 }]);
  });

  test.each([
    ['another currency', { amount: { amountMinor: 1, currency: 'EUR' } }, 'CURRENCY_MISMATCH'],
    ['nothing', { amount: usd(0) }, 'INVALID_INPUT'],
    ['no reason', { reason: '' }, 'INVALID_INPUT'],
  ])('refuses %s', async (_name, input, code) => {
    const { paymentId } = await paid();
    expect(await kit.refund(paymentId, input)).toMatchObject({ refund: null, userErrors: [{ code }] });
  });

  test('of a payment that failed, or of none, is refused', async () => {
    const { invoiceId } = await kit.issuedInvoice();
    const { payment } = await kit.pay(invoiceId, { paymentMethodToken: 'tok_decline' });
    expect(await kit.refund(payment?.id ?? '')).toMatchObject({
      userErrors: [{ code: 'ILLEGAL_STATE', currentState: 'FAILED', allowedStates: [] }],
    });
    expect(await kit.refund(newId('pay'))).toMatchObject({ userErrors: [{ code: 'NOT_FOUND', path: ['paymentId'] }] });
  });

  test('ten times at once gives back no more than was paid', async () => {
    const { paymentId } = await paid();
    const answers = await Promise.all(Array.from({ length: 10 }, () => kit.refund(paymentId, { amount: usd(3_000) })));
    expect(answers.filter(({ refund }) => refund?.status === 'SUCCEEDED')).toHaveLength(3);
  });

  test('that the provider declines fails and may be tried again', async () => {
    const { invoiceId } = await kit.issuedInvoice();
    const { payment } = await kit.pay(invoiceId, { paymentMethodToken: 'tok_refund_decline' });
    expect(await kit.refund(payment?.id ?? '')).toMatchObject({ refund: { status: 'FAILED' }, userErrors: [{ code: 'PAYMENT_DECLINED' }] });
    expect(await kit.refund(payment?.id ?? '', { amount: usd(10_000) })).toMatchObject({ refund: { status: 'FAILED' } });
  });

  test('that is not answered in time stays pending and is settled by asking', async () => {
    const { patientId, invoiceId } = await kit.issuedInvoice(10_000);
    const { payment } = await kit.pay(invoiceId, { paymentMethodToken: 'tok_refund_timeout' });
    const input = { idempotencyKey: newKey() };
    const asked = await kit.impatiently(() => kit.refund(payment?.id ?? '', input));
    expect(asked).toMatchObject({ refund: { status: 'PENDING' }, userErrors: [] });
    expect(await kit.refund(payment?.id ?? '')).toMatchObject({ userErrors: [{ code: 'REFUND_EXCEEDS_PAYMENT' }] });
    await followUpAt(5_000);
    expect(await kit.refund(payment?.id ?? '', input)).toMatchObject({ refund: { id: asked.refund?.id, status: 'SUCCEEDED' } });
    expect(await kit.balanceOf(patientId)).toBe(0);
  });
});
