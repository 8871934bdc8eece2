import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#chassis/ids.ts';
import type { TestCaller } from '#chassis/testing/test-subgraph.ts';
import { billing, usd, type Billing } from './testing/billing-kit.ts';
import * as documents from './testing/documents.ts';

const payerId = 'org-payer';
interface World {
  patientId: string;
  proxyId: string;
  visitId: string;
  appointmentId: string;
  chargeId: string;
  draftId: string;
  invoiceId: string;
  coverageId: string;
  draftClaimId: string;
  claimId: string;
}
let kit: Billing;
let world: World;
beforeAll(async () => {
  kit = await billing();
  const patientId = await kit.registerPatient();
  const proxyId = await kit.registerPatient();
  const grantId = newId('prx');
  await kit.graph.receive('patient.proxyGranted', grantId, { grantId, patientId, proxyPatientId: proxyId, endsOn: null });
  await kit.setPrice('video-consult-20', 5_000);
  const { visitId, appointmentId } = await kit.finishVisit(patientId);
  const { invoice } = await kit.issue({ patientId });
  const invoiceId = invoice?.id ?? '';
  await kit.pay(invoiceId, { amount: usd(1_000) });
  await kit.chargeFee(patientId, 700);
  const { invoice: draft } = await kit.act<{ invoice: { id: string } }>(kit.biller, documents.createInvoice, { patientId });
  const cover = (payerOrganizationId: string) =>
    kit.act<{ coverage: { id: string } }>(kit.biller, documents.recordCoverage, {
      patientId,
      payerOrganizationId,
      memberId: 'M-1',
      periodStart: '2026-01-01',
    });
  const coverageId = (await cover(payerId)).coverage.id;
  const otherCoverageId = (await cover('org-other')).coverage.id;
  const claim = async (coverage: string) =>
    (await kit.act<{ claim: { id: string } }>(kit.biller, documents.createClaim, { invoiceId, coverageId: coverage })).claim.id;
  const [claimId, draftClaimId] = [await claim(coverageId), await claim(otherCoverageId)];
  await kit.act(kit.biller, documents.submitClaim, { claimId });
  const { charges } = await kit.entity<{ charges: { id: string }[] }>(kit.biller, 'Visit', visitId, '{ charges { id } }');
  world = {
    patientId,
    proxyId,
    visitId,
    appointmentId,
    chargeId: charges[0]?.id ?? '',
    draftId: draft.id,
    invoiceId,
    coverageId,
    draftClaimId,
    claimId,
  };
});
afterAll(() => kit[Symbol.asyncDispose]());

const callers: Record<string, () => TestCaller> = {
  biller: () => kit.biller,
  patient: () => kit.patient(world.patientId),
  proxy: () => kit.patient(world.proxyId),
  'another patient': () => kit.patient(newId('pat')),
  'a patient without an id': () => kit.graph.as({ role: 'PATIENT' }),
  practitioner: () => kit.graph.as({ role: 'PRACTITIONER', practitionerId: newId('prc') }),
  'front desk': () => kit.graph.as({ role: 'FRONT_DESK' }),
  pharmacy: () => kit.graph.as({ role: 'PHARMACY', organizationId: newId('phm') }),
  payer: () => kit.graph.as({ role: 'PAYER', organizationId: payerId }),
  'another payer': () => kit.graph.as({ role: 'PAYER', organizationId: 'org-none' }),
  'a payer without an id': () => kit.graph.as({ role: 'PAYER' }),
  'privacy officer': () => kit.graph.as({ role: 'PRIVACY_OFFICER' }),
};
const nothing = { account: false, charges: false, issued: 0, draft: false, coverages: 0, claim: false, draftClaim: false };
const ownMoney = { account: true, charges: true, issued: 1, draft: false, coverages: 2, claim: true, draftClaim: true };
const expected: Record<string, typeof nothing> = {
  biller: { ...ownMoney, issued: 2, draft: true },
  patient: ownMoney,
  proxy: ownMoney,
  'another patient': nothing,
  'a patient without an id': nothing,
  practitioner: nothing,
  'front desk': { ...nothing, coverages: 2 },
  pharmacy: nothing,
  payer: { ...nothing, coverages: 1, claim: true },
  'another payer': nothing,
  'a payer without an id': nothing,
  'privacy officer': nothing,
};

const everything = `query ($draft: ID!, $invoice: ID!, $claim: ID!, $draftClaim: ID!, $all: [_Any!]!) {
  draft: invoice(id: $draft) { id } issued: invoice(id: $invoice) { id } claim(id: $claim) { id } draftClaim: claim(id: $draftClaim) { id }
  claims { edges { node { id } } }
  _entities(representations: $all) { __typename
    ... on Patient { account { id } coverages { id } invoices { edges { node { id } } } } ... on Visit { charges { id } } ... on Appointment { charges { id } }
    ... on Account { id balance { amountMinor } } ... on ChargeItem { id } ... on Invoice { id } ... on Payment { id } ... on Coverage { id } ... on Claim { id } } }`;

interface Answer {
  draft: object | null;
  issued: object | null;
  claim: object | null;
  draftClaim: object | null;
  claims: { edges: object[] };
  _entities: [
    { account: object | null; coverages: object[]; invoices: { edges: object[] } },
    { charges: object[] },
    { charges: object[] },
    ...(object | null)[],
  ];
}

describe.each(Object.keys(callers))('%s', (name) => {
  test('sees exactly what the rules say, however it is reached', async () => {
    const sees = expected[name] as typeof nothing;
    const [account] = await kit.sql<{ id: string }>('select id from account where patient_id = $1', [world.patientId]);
    const [payment] = await kit.sql<{ id: string }>('select id from payment where invoice_id = $1', [world.invoiceId]);
    const ids: [string, string][] = [
      ['Patient', world.patientId],
      ['Visit', world.visitId],
      ['Appointment', world.appointmentId],
      ['Account', account?.id ?? ''],
      ['ChargeItem', world.chargeId],
      ['Invoice', world.invoiceId],
      ['Invoice', world.draftId],
      ['Payment', payment?.id ?? ''],
      ['Coverage', world.coverageId],
      ['Claim', world.claimId],
      ['Claim', world.draftClaimId],
    ];
    const caller = (callers[name] as () => TestCaller)();
    const data = await caller.execute<Answer>(everything, {
      draft: world.draftId,
      invoice: world.invoiceId,
      claim: world.claimId,
      draftClaim: world.draftClaimId,
      all: ids.map(([__typename, id]) => ({ __typename, id })),
    });
    const [patient, visit, appointment, ...own] = data._entities;
    expect({
      account: patient.account !== null,
      charges: visit.charges.length === 1,
      issued: patient.invoices.edges.length,
      draft: data.draft !== null,
      coverages: patient.coverages.length,
      claim: data.claim !== null,
      draftClaim: data.draftClaim !== null,
    }).toEqual(sees);
    expect(data.issued !== null).toBe(sees.issued > 0);
    expect(appointment.charges).toEqual(visit.charges);
    expect(own.map((entity) => entity !== null)).toEqual([
      sees.account,
      sees.charges,
      sees.issued > 0,
      sees.draft,
      sees.account,
      sees.coverages > 0,
      sees.claim,
      sees.draftClaim,
    ]);
    expect(data.claims.edges).toHaveLength({ biller: 2, payer: 1 }[name] ?? 0);
  });
});

describe('who may do what', () => {
  const everyone = Object.keys(callers);
  const attempts: [string, string, () => object, string[]][] = [
    [
      'setPrice',
      documents.setPrice,
      () => ({ serviceCode: 'x', amount: usd(1), effectiveFrom: '2026-01-01', effectiveTo: '2026-01-01' }),
      ['biller'],
    ],
    ['waiveCharge', documents.waiveCharge, () => ({ chargeItemId: newId('chg'), reason: 'x' }), ['biller']],
    ['createInvoice', documents.createInvoice, () => ({ patientId: newId('pat') }), ['biller']],
    ['issueInvoice', documents.issueInvoice, () => ({ invoiceId: newId('inv') }), ['biller']],
    ['cancelInvoice', documents.cancelInvoice, () => ({ invoiceId: newId('inv'), reason: 'x' }), ['biller']],
    [
      'payInvoice',
      documents.payInvoice,
      () => ({ invoiceId: newId('inv'), paymentMethodToken: 'x' }),
      ['biller', 'patient', 'proxy', 'another patient', 'a patient without an id'],
    ],
    ['refundPayment', documents.refundPayment, () => ({ paymentId: newId('pay'), reason: 'x' }), ['biller']],
    [
      'recordCoverage',
      documents.recordCoverage,
      () => ({ patientId: newId('pat'), payerOrganizationId: 'x', memberId: 'x', periodStart: '2026-01-01' }),
      ['biller', 'front desk'],
    ],
    ['cancelCoverage', documents.cancelCoverage, () => ({ coverageId: newId('cov') }), ['biller', 'front desk']],
    ['createClaim', documents.createClaim, () => ({ invoiceId: newId('inv'), coverageId: newId('cov') }), ['biller']],
    ['submitClaim', documents.submitClaim, () => ({ claimId: newId('clm') }), ['biller']],
    ['cancelClaim', documents.cancelClaim, () => ({ claimId: newId('clm') }), ['biller']],
    [
      'adjudicateClaim',
      documents.adjudicateClaim,
      () => ({ claimId: newId('clm'), outcome: 'COMPLETE' }),
      ['payer', 'another payer', 'a payer without an id'],
    ],
  ];
  test.each(attempts)('%s', async (_name, document, input, allowed) => {
    const refused = await Promise.all(
      everyone.map(async (name) => {
        const { userErrors } = await kit.act<{ userErrors: { code: string }[] }>((callers[name] as () => TestCaller)(), document, input());
        return userErrors[0]?.code === 'NOT_ALLOWED' ? [] : [name];
      }),
    );
    expect(refused.flat()).toEqual(everyone.filter((name) => allowed.includes(name)));
  });

  test('a patient pays the own invoice and that of whom they are proxy for, and no other one, nor a draft', async () => {
    const notFound = { payment: null, userErrors: [{ code: 'NOT_FOUND', path: ['invoiceId'] }] };
    expect(await kit.pay(world.invoiceId, { amount: usd(1) }, kit.patient(world.patientId))).toMatchObject({
      payment: { status: 'SUCCEEDED' },
    });
    expect(await kit.pay(world.invoiceId, { amount: usd(1) }, kit.patient(world.proxyId))).toMatchObject({
      payment: { status: 'SUCCEEDED' },
    });
    expect(await kit.pay(world.invoiceId, { amount: usd(1) }, kit.patient(newId('pat')))).toMatchObject(notFound);
    expect(await kit.pay(world.draftId, { amount: usd(1) }, kit.patient(world.patientId))).toMatchObject(notFound);
  });
});

describe('what is not yours answers like what is not there', () => {
  test.each<[string, string, () => string, string, (id: string) => object]>([
    ['another patient', documents.payInvoice, () => world.invoiceId, newId('inv'), (invoiceId) => ({ invoiceId, paymentMethodToken: 'x' })],
    ['patient', documents.payInvoice, () => world.draftId, newId('inv'), (invoiceId) => ({ invoiceId, paymentMethodToken: 'x' })],
    ['another payer', documents.adjudicateClaim, () => world.claimId, newId('clm'), (claimId) => ({ claimId, outcome: 'COMPLETE' })],
    ['payer', documents.adjudicateClaim, () => world.draftClaimId, newId('clm'), (claimId) => ({ claimId, outcome: 'COMPLETE' })],
    ['practitioner', documents.cancelInvoice, () => world.invoiceId, newId('inv'), (invoiceId) => ({ invoiceId, reason: 'x' })],
    ['front desk', documents.submitClaim, () => world.draftClaimId, newId('clm'), (claimId) => ({ claimId })],
  ])('%s: %s', async (name, document, yours, missing, input) => {
    const ask = (id: string) => kit.act<{ userErrors: object[] }>((callers[name] as () => TestCaller)(), document, input(id));
    const answer = await ask(missing);
    expect(answer.userErrors).toHaveLength(1);
    expect(await ask(yours())).toEqual(answer);
  });
});
