import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#chassis/ids.ts';
import { billing, noon, usd, type Billing } from './testing/billing-kit.ts';

let kit: Billing;
beforeAll(async () => {
  kit = await billing();
});
afterAll(() => kit[Symbol.asyncDispose]());

describe('the database', () => {
  const insert = (id: string, entries: [string, number, string][]) => [
    `insert into ledger_transaction (id, kind, source_id, patient_id, invoice_id, posted_at) values ('${id}', 'INVOICE_ISSUED', '${id}', 'p', 'i', now())`,
    ...entries.map(
      ([account, amount, currency], index) =>
        `insert into ledger_entry (transaction_id, position, account, patient_id, amount_minor, currency) values ('${id}', ${index + 1}, '${account}', 'p', ${amount}, '${currency}')`,
    ),
  ];
  /** Several statements in one message are one transaction. */
  const run = (statements: string[]) => kit.sql(statements.join('; '));

  test.each<[string, [string, number, string][]]>([
    [
      'a transaction that does not sum to zero',
      [
        ['CASH', 5, 'USD'],
        ['REVENUE', -4, 'USD'],
      ],
    ],
    [
      'one that sums to zero only across currencies',
      [
        ['CASH', 5, 'USD'],
        ['REVENUE', -5, 'EUR'],
      ],
    ],
    ['one with a single entry', [['CASH', 5, 'USD']]],
    ['one without entries', []],
  ])('refuses %s', async (_name, entries) => {
    await expect(run(insert(newId('ltx'), entries))).rejects.toThrow('does not sum to zero');
  });

  test('takes one that sums to zero in each currency, whatever the order of its entries', async () => {
    const id = newId('ltx');
    await run(
      insert(id, [
        ['CASH', 5, 'USD'],
        ['CASH', 7, 'EUR'],
        ['REVENUE', -5, 'USD'],
        ['REVENUE', -7, 'EUR'],
      ]),
    );
    expect(await kit.sql('select from ledger_entry where transaction_id = $1', [id])).toHaveLength(4);
  });

  test.each([
    'update ledger_entry set amount_minor = 1',
    'delete from ledger_entry',
    'truncate ledger_entry',
    'update ledger_transaction set posted_at = now()',
    'delete from ledger_transaction',
    'truncate ledger_transaction cascade',
    'update invoice_line set amount_minor = 1',
    'delete from invoice_line',
    'truncate invoice_line',
  ])('refuses: %s', async (statement) => {
    await kit.issuedInvoice();
    await expect(kit.sql(statement)).rejects.toThrow('append-only');
  });

  test('refuses what the services would never do', async () => {
    const { patientId, invoiceId } = await kit.issuedInvoice(100);
    const payment = (id: string, amount: number) =>
      kit.sql(
        `insert into payment (id, invoice_id, patient_id, status, amount_minor, currency, provider_key, created_at, next_check_at) values ($1, $2, $3, 'CREATED', $4, 'USD', $1, now(), now())`,
        [id, invoiceId, patientId, amount],
      );
    await expect(payment(newId('pay'), 101)).rejects.toThrow('exceed');
    const { payment: paid } = await kit.pay(invoiceId);
    await expect(payment(newId('pay'), 1)).rejects.toThrow('exceed');
    await expect(kit.sql('update payment set amount_minor = 1 where id = $1', [paid?.id])).rejects.toThrow('never change');
    await expect(
      kit.sql(
        `insert into refund (id, payment_id, invoice_id, patient_id, status, amount_minor, currency, reason, provider_key, created_at, next_check_at) values ($1, $2, $3, $4, 'PENDING', 101, 'USD', 'x', $1, now(), now())`,
        [newId('rfd'), paid?.id, invoiceId, patientId],
      ),
    ).rejects.toThrow('exceed');
  });
});

// Whatever people do in whatever order, the books agree with the invoices, the payments and the refunds.
type Step =
  | { do: 'fee'; amount: number }
  | { do: 'issue' }
  | { do: 'pay'; invoice: number; amount: number; token: string }
  | { do: 'refund'; payment: number; amount: number }
  | { do: 'cancel'; invoice: number }
  /** Gives back all payments, so that a cancellation may follow. */
  | { do: 'return' };

const amount = fc.integer({ min: -1, max: 400 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('fee' as const), amount: fc.integer({ min: 1, max: 500 }) }),
  fc.record({ do: fc.constant('issue' as const) }),
  fc.record({
    do: fc.constant('pay' as const),
    invoice: fc.nat(5),
    amount,
    token: fc.constantFrom('tok_success', 'tok_decline', 'tok_refund_decline'),
  }),
  fc.record({ do: fc.constant('refund' as const), payment: fc.nat(5), amount }),
  fc.record({ do: fc.constant('cancel' as const), invoice: fc.nat(5) }),
  fc.record({ do: fc.constant('return' as const) }),
);
/** Paid in part, given back, cancelled, and billed anew. */
const withdrawn: Step[] = [
  { do: 'fee', amount: 500 },
  { do: 'issue' },
  { do: 'pay', invoice: 0, amount: 120, token: 'tok_success' },
  { do: 'return' },
  { do: 'cancel', invoice: 0 },
  { do: 'issue' },
  { do: 'pay', invoice: 1, amount: 400, token: 'tok_success' },
];

test('after any sequence of steps the books balance and agree with what they are about', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      const patientId = await kit.registerPatient();
      const invoices: string[] = [];
      const payments: string[] = [];
      for (const next of steps) {
        if (next.do === 'fee') await kit.chargeFee(patientId, next.amount);
        if (next.do === 'issue') {
          const { invoice } = await kit.issue({ patientId });
          if (invoice) invoices.push(invoice.id);
        }
        if (next.do === 'cancel') await kit.cancel(invoices[next.invoice % (invoices.length || 1)] ?? newId('inv'));
        if (next.do === 'pay') {
          const invoiceId = invoices[next.invoice % (invoices.length || 1)] ?? newId('inv');
          const { payment } = await kit.pay(invoiceId, { amount: usd(next.amount), paymentMethodToken: next.token });
          if (payment) payments.push(payment.id);
        }
        if (next.do === 'return') for (const paymentId of payments) await kit.refund(paymentId);
        if (next.do === 'refund')
          await kit.refund(payments[next.payment % (payments.length || 1)] ?? newId('pay'), { amount: usd(next.amount) });
      }
      await expectBooksToAgree(patientId);
    }),
    { numRuns: 12, examples: [[withdrawn]] },
  );
}, 60_000);

async function expectBooksToAgree(patientId: string): Promise<void> {
  const [books] = await kit.sql<Record<string, number>>(
    `select coalesce(sum(amount_minor), 0)::int as sum,
       coalesce(sum(amount_minor) filter (where account = 'RECEIVABLE'), 0)::int as receivable,
       coalesce(sum(amount_minor) filter (where account = 'REVENUE'), 0)::int as revenue,
       coalesce(sum(amount_minor) filter (where account = 'CASH'), 0)::int as cash,
       coalesce(sum(amount_minor) filter (where account = 'REFUNDS'), 0)::int as refunds
     from ledger_entry where patient_id = $1`,
    [patientId],
  );
  const [facts] = await kit.sql<Record<string, number>>(
    `select
       (select coalesce(sum(total_minor), 0)::int from invoice where patient_id = $1 and status in ('ISSUED', 'BALANCED')) as invoiced,
       (select coalesce(sum(amount_minor), 0)::int from payment where patient_id = $1 and status = 'SUCCEEDED') as paid,
       (select coalesce(sum(p.amount_minor), 0)::int from payment as p join invoice as i on i.id = p.invoice_id
         where p.patient_id = $1 and p.status = 'SUCCEEDED' and i.status = 'CANCELLED') as paid_of_cancelled,
       (select coalesce(sum(r.amount_minor), 0)::int from refund as r join invoice as i on i.id = r.invoice_id
         where r.patient_id = $1 and r.status = 'SUCCEEDED' and i.status = 'CANCELLED') as refunded_of_cancelled,
       (select coalesce(sum(amount_minor), 0)::int from refund where patient_id = $1 and status = 'SUCCEEDED') as refunded,
       (select count(*)::int from invoice where patient_id = $1 and (status = 'BALANCED') is distinct from (status in ('ISSUED', 'BALANCED') and total_minor =
         (select coalesce(sum(amount_minor), 0) from payment where invoice_id = invoice.id and status = 'SUCCEEDED'))) as wrongly_balanced,
       (select count(*)::int from charge_item where patient_id = $1 and (status = 'BILLED') is distinct from (invoice_id is not null)) as wrongly_billed`,
    [patientId],
  );
  if (!books || !facts) throw new Error('sums always have a row');
  const { invoiced = NaN, paid = NaN, refunded = NaN, paid_of_cancelled: givenUp = NaN } = facts;
  // What a cancelled invoice was paid was earned, given back, and is no longer asked for.
  const receivable = invoiced - (paid - givenUp);
  expect(books).toEqual({ sum: 0, receivable, revenue: 0 - invoiced - givenUp, cash: paid - refunded, refunds: refunded });
  expect(facts.refunded_of_cancelled).toBe(givenUp);
  expect(facts).toMatchObject({ wrongly_balanced: 0, wrongly_billed: 0 });
  expect(await kit.balanceOf(patientId)).toBe(receivable);
}

test('the account shows its ledger, the latest first, page by page', async () => {
  const { patientId, invoiceId } = await kit.issuedInvoice(500);
  kit.graph.setNow(new Date(noon.getTime() + 1_000));
  await kit.pay(invoiceId);
  kit.graph.setNow(noon);
  const page = (args: string) =>
    kit.entity<{ account: { transactions: { edges: { node: object }[]; pageInfo: { endCursor: string; hasNextPage: boolean } } } }>(
      kit.patient(patientId),
      'Patient',
      patientId,
      `{ account { transactions(${args}) { edges { node { kind invoice { id } entries { account amount { amountMinor } } } } pageInfo { endCursor hasNextPage } } } }`,
    );
  const first = (await page('first: 1')).account.transactions;
  expect(first).toMatchObject({
    edges: [{ node: { kind: 'PAYMENT_RECEIVED', invoice: { id: invoiceId } } }],
    pageInfo: { hasNextPage: true },
  });
  const second = (await page(`first: 1, after: "${first.pageInfo.endCursor}"`)).account.transactions;
  expect(second).toMatchObject({
    edges: [
      {
        node: {
          kind: 'INVOICE_ISSUED',
          entries: [
            { account: 'RECEIVABLE', amount: { amountMinor: 500 } },
            { account: 'REVENUE', amount: { amountMinor: -500 } },
          ],
        },
      },
    ],
    pageInfo: { hasNextPage: false },
  });
});
