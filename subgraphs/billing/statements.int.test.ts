import { afterAll, beforeAll, expect, test } from 'vitest';
import { billing, usd, type Billing } from './testing/billing-kit.ts';
import * as documents from './testing/documents.ts';

// What a query costs in statements must not depend on how much it finds.
let kit: Billing;
beforeAll(async () => {
  kit = await billing();
});
afterAll(() => kit[Symbol.asyncDispose]());

const money = '{ amountMinor currency }';
const invoiceTree = `{ id status number totals { balance ${money} } lines { code chargeItem { id invoice { id } } } payments { id status refunds { id } } claims { id coverage { id } lines { code } } }`;
const patientTree = `query ($all: [_Any!]!) { _entities(representations: $all) { ... on Patient {
  account { balance ${money} balances ${money} transactions(first: 10) { edges { node { kind entries { amount ${money} } invoice { id } } } } }
  coverages { id } invoices(first: 10) { edges { node ${invoiceTree} } } } } }`;

async function patientWithHistory(): Promise<string> {
  const patientId = await kit.registerPatient();
  const { coverage } = await kit.act<{ coverage: { id: string } }>(kit.biller, documents.recordCoverage, {
    patientId,
    payerOrganizationId: 'org',
    memberId: 'M',
    periodStart: '2026-01-01',
  });
  for (let round = 0; round < 2; round++) {
    await kit.chargeFee(patientId, 1_000);
    await kit.chargeFee(patientId, 2_000);
    const { invoice } = await kit.issue({ patientId });
    const { payment } = await kit.pay(invoice?.id ?? '', { amount: usd(500) });
    await kit.refund(payment?.id ?? '', { amount: usd(100) });
    await kit.act(kit.biller, documents.createClaim, { invoiceId: invoice?.id, coverageId: coverage.id });
  }
  return patientId;
}

test('the whole account of one patient and of eight take the same statements, for billers and for patients', async () => {
  const patients = await Promise.all(Array.from({ length: 8 }, patientWithHistory));
  const reading = (caller: Parameters<typeof kit.entity>[0], ids: string[]) =>
    kit.graph.statements(() => caller.execute(patientTree, { all: ids.map((id) => ({ __typename: 'Patient', id })) }));
  const one = await reading(kit.biller, patients.slice(0, 1));
  const all = await reading(kit.biller, patients);
  expect(all).toHaveLength(one.length);
  expect(one.length).toBeLessThanOrEqual(16);
  const own = await reading(kit.patient(patients[0] ?? ''), patients.slice(0, 1));
  expect(await reading(kit.patient(patients[0] ?? ''), patients)).toHaveLength(own.length + 1); // one question about the others' charts
});

test('a list of invoices takes the same statements whatever its length', async () => {
  const reading = (first: number) =>
    kit.graph.statements(() => kit.biller.execute(`{ invoices(first: ${first}) { edges { node ${invoiceTree} } } }`));
  expect(await reading(10)).toHaveLength((await reading(2)).length);
});
