import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#chassis/ids.ts';
import { givenConsent, patientServiceIsSilent, revokeConsent } from '#chassis/testing/access-facts.ts';
import { billing, usd, type Billing } from './testing/billing-kit.ts';
import * as documents from './testing/documents.ts';

let kit: Billing;
beforeAll(async () => {
  kit = await billing();
});
afterAll(() => kit[Symbol.asyncDispose]());

interface CoverageAnswer {
  coverage: { id: string; status: string } | null;
}
interface ClaimAnswer {
  claim: { id: string; status: string; outcome: string | null } | null;
}
const payerOrganizationId = 'org-payer';
const cover = (patientId: string, more: object = {}) =>
  kit.act<CoverageAnswer>(kit.graph.as({ role: 'FRONT_DESK' }), documents.recordCoverage, {
    patientId,
    payerOrganizationId,
    memberId: 'M-1',
    periodStart: '2026-01-01',
    ...more,
  });
const claimFor = (invoiceId: string, coverageId: string) =>
  kit.act<ClaimAnswer>(kit.biller, documents.createClaim, { invoiceId, coverageId });
const submit = (claimId: string) => kit.act<ClaimAnswer>(kit.biller, documents.submitClaim, { claimId });
const decide = (claimId: string, outcome: string, organizationId = payerOrganizationId) =>
  kit.act<ClaimAnswer>(kit.graph.as({ role: 'PAYER', organizationId }), documents.adjudicateClaim, {
    claimId,
    outcome,
    disposition: 'as agreed',
  });

describe('recordCoverage', () => {
  test('records, refuses the same cover for an overlapping time, and takes it again after a cancellation', async () => {
    const patientId = await kit.registerPatient();
    const first = await cover(patientId, { periodEnd: '2026-06-30' });
    expect(first).toMatchObject({
      coverage: { status: 'ACTIVE', memberId: 'M-1', periodStart: '2026-01-01', periodEnd: '2026-06-30' },
      userErrors: [],
    });
    expect(await cover(patientId, { periodStart: '2026-06-30' })).toMatchObject({
      coverage: null,
      userErrors: [{ code: 'CONFLICT', path: ['periodStart'] }],
    });
    expect(await cover(patientId, { periodStart: '2026-07-01' })).toMatchObject({ coverage: { status: 'ACTIVE' } });
    expect(await cover(patientId, { payerOrganizationId: 'org-other' })).toMatchObject({ coverage: { status: 'ACTIVE' } });
    const coverageId = first.coverage?.id;
    const cancel = () => kit.act(kit.biller, documents.cancelCoverage, { coverageId });
    expect(await cancel()).toMatchObject({ coverage: { status: 'CANCELLED' }, userErrors: [] });
    expect(await cancel()).toMatchObject({
      userErrors: [{ code: 'ILLEGAL_STATE', currentState: 'CANCELLED', allowedStates: ['ENTERED_IN_ERROR'] }],
    });
    expect(await cover(patientId, { periodEnd: '2026-06-30' })).toMatchObject({ coverage: { status: 'ACTIVE' } });
  });

  test.each([
    ['an end before its beginning', { periodEnd: '2025-12-31' }, 'INVALID_INPUT', ['periodEnd']],
    ['an empty member id', { memberId: ' ' }, 'INVALID_INPUT', ['memberId']],
    ['a patient that nobody has heard of', { patientId: newId('pat') }, 'PATIENT_UNKNOWN', ['patientId']],
  ])('refuses %s', async (_name, input, code, path) => {
    expect(await cover(await kit.registerPatient(), input)).toMatchObject({ coverage: null, userErrors: [{ code, path }] });
  });
});

describe('a claim', () => {
  const claimed = async () => {
    const { patientId, invoiceId } = await kit.issuedInvoice(3_000);
    const coverageId = (await cover(patientId)).coverage?.id ?? '';
    const { claim } = await claimFor(invoiceId, coverageId);
    return { patientId, invoiceId, coverageId, claimId: claim?.id ?? '' };
  };

  test('goes to the payer, who sees its lines and not the invoice, and decides it', async () => {
    const { claimId } = await claimed();
    const payer = kit.graph.as({ role: 'PAYER', organizationId: payerOrganizationId });
    const query = `{ claim(id: "${claimId}") { status outcome total { amountMinor currency } invoice { id } lines { code amount { amountMinor } chargeItem { id } } coverage { memberId } } }`;
    expect(await payer.execute(query)).toEqual({ claim: null });
    expect(await decide(claimId, 'COMPLETE')).toMatchObject({ userErrors: [{ code: 'NOT_FOUND' }] });
    expect(await submit(claimId)).toMatchObject({ claim: { status: 'ACTIVE', outcome: 'QUEUED' }, userErrors: [] });
    expect(await payer.execute(query)).toEqual({
      claim: {
        status: 'ACTIVE',
        outcome: 'QUEUED',
        total: usd(3_000),
        invoice: null,
        lines: [{ code: 'no-show-fee', amount: { amountMinor: 3_000 }, chargeItem: null }],
        coverage: { memberId: 'M-1' },
      },
    });
    expect(await decide(claimId, 'COMPLETE', 'org-other')).toMatchObject({ userErrors: [{ code: 'NOT_FOUND', path: ['claimId'] }] });
    expect(await decide(claimId, 'PARTIAL')).toMatchObject({ claim: { outcome: 'PARTIAL', disposition: 'as agreed' } });
    expect(await decide(claimId, 'QUEUED')).toMatchObject({
      userErrors: [{ code: 'ILLEGAL_STATE', currentState: 'PARTIAL', allowedStates: ['COMPLETE', 'ERROR'] }],
    });
    expect(await decide(claimId, 'COMPLETE')).toMatchObject({ claim: { outcome: 'COMPLETE' } });
  });

  test('is there once per invoice and coverage while it lives, and holds the invoice', async () => {
    const { invoiceId, coverageId, claimId } = await claimed();
    expect(await claimFor(invoiceId, coverageId)).toMatchObject({ claim: null, userErrors: [{ code: 'CONFLICT' }] });
    expect(await kit.cancel(invoiceId)).toMatchObject({ userErrors: [{ code: 'CONFLICT' }] });
    expect(await kit.act(kit.biller, documents.cancelClaim, { claimId })).toMatchObject({ claim: { status: 'CANCELLED', outcome: null } });
    expect(await submit(claimId)).toMatchObject({ userErrors: [{ code: 'ILLEGAL_STATE', currentState: 'CANCELLED', allowedStates: [] }] });
    expect(await claimFor(invoiceId, coverageId)).toMatchObject({ claim: { status: 'DRAFT', outcome: null } });
  });

  test('needs an issued invoice and an active coverage of the same patient', async () => {
    const { patientId, invoiceId } = await kit.issuedInvoice();
    const own = (await cover(patientId)).coverage?.id ?? '';
    const foreign = (await cover(await kit.registerPatient())).coverage?.id ?? '';
    await kit.chargeFee(patientId, 100);
    const { invoice: draft } = await kit.act<{ invoice: { id: string } }>(kit.biller, documents.createInvoice, { patientId });
    expect(await claimFor(newId('inv'), own)).toMatchObject({ userErrors: [{ code: 'NOT_FOUND', path: ['invoiceId'] }] });
    expect(await claimFor(draft.id, own)).toMatchObject({
      userErrors: [{ code: 'ILLEGAL_STATE', currentState: 'DRAFT', path: ['invoiceId'] }],
    });
    expect(await claimFor(invoiceId, foreign)).toMatchObject({ userErrors: [{ code: 'NOT_FOUND', path: ['coverageId'] }] });
    await kit.act(kit.biller, documents.cancelCoverage, { coverageId: own });
    expect(await claimFor(invoiceId, own)).toMatchObject({
      userErrors: [{ code: 'ILLEGAL_STATE', currentState: 'CANCELLED', path: ['coverageId'] }],
    });
  });
});

describe('a claim that tells of a sensitive service', () => {
  test('is submitted, unless the patient has forbidden payment for it or that is not known', async () => {
    const patientId = await kit.registerPatient();
    await kit.setPrice('video-psychiatry-50', 20_000);
    await kit.finishVisit(patientId, 'video-psychiatry-50', undefined, undefined, ['PSYCHIATRIC']);
    const { invoice } = await kit.issue({ patientId });
    const coverageId = (await cover(patientId)).coverage?.id ?? '';
    const { claim } = await claimFor(invoice?.id ?? '', coverageId);
    const claimId = claim?.id ?? '';
    const payer = kit.graph.as({ role: 'PAYER', organizationId: payerOrganizationId });
    const sees = async () =>
      (await payer.execute<{ claim: object | null }>('query ($id: ID!) { claim(id: $id) { lines { code } } }', { id: claimId })).claim;

    await kit.graph.heardFrom('patient');
    const forbidden = { patientId, provision: 'DENY' } as const;
    const consentId = await givenConsent(kit.graph, { ...forbidden, sensitivities: ['PSYCHIATRIC'], purposes: ['PAYMENT'] });
    expect(await submit(claimId)).toMatchObject({ claim: null, userErrors: [{ code: 'CONFLICT', path: ['claimId'] }] });
    expect(await sees()).toBeNull();
    await revokeConsent(kit.graph, consentId, patientId);

    await patientServiceIsSilent(kit.graph);
    expect(await submit(claimId)).toMatchObject({ claim: null, userErrors: [{ code: 'CHECK_UNAVAILABLE', retryable: true }] });
    await kit.graph.heardFrom('patient');
    await givenConsent(kit.graph, { ...forbidden, sensitivities: ['HIV'] });
    await givenConsent(kit.graph, { ...forbidden, sensitivities: ['PSYCHIATRIC'], purposes: ['TREATMENT'] });
    expect(await submit(claimId)).toMatchObject({ claim: { status: 'ACTIVE' }, userErrors: [] });
    expect(await sees()).toEqual({ lines: [{ code: 'video-psychiatry-50' }] });
  });
});
