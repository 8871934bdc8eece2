import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#chassis/ids.ts';
import { eventsHeardBy } from '#schema/events.ts';
import { handlers } from './events.ts';
import { priceBacklog, pricingBatch } from './price-backlog.ts';
import { billing, noon, usd, type Billing } from './testing/billing-kit.ts';
import * as documents from './testing/documents.ts';

let kit: Billing;
beforeAll(async () => {
  kit = await billing();
});
afterAll(() => kit[Symbol.asyncDispose]());

const chargesOf = async (visitId: string) =>
  (
    await kit.entity<{ charges: { id: string; status: string; amount: object | null; code: string }[] }>(
      kit.biller,
      'Visit',
      visitId,
      '{ charges { id status code amount { amountMinor currency } } }',
    )
  ).charges;

test('every event that billing is to hear has a handler, and no other one', () => {
  expect(Object.keys(handlers).sort()).toEqual(eventsHeardBy('billing').sort());
});

describe('a finished visit', () => {
  test('is charged at the price of its UTC day', async () => {
    const patientId = await kit.registerPatient();
    await kit.setPrice('by-day', 1_000, { effectiveFrom: '2026-01-01', effectiveTo: '2026-03-01' });
    await kit.setPrice('by-day', 1_500, { effectiveFrom: '2026-03-01' });
    const february = await kit.finishVisit(patientId, 'by-day', new Date('2026-02-28T23:59:00.000Z'));
    const march = await kit.finishVisit(patientId, 'by-day', new Date('2026-03-01T00:00:00.000Z'));
    expect(await chargesOf(february.visitId)).toMatchObject([{ status: 'BILLABLE', code: 'by-day', amount: usd(1_000) }]);
    expect(await chargesOf(march.visitId)).toMatchObject([{ status: 'BILLABLE', amount: usd(1_500) }]);
  });

  test('is charged once, also when it is told of twice under two event ids', async () => {
    const patientId = await kit.registerPatient();
    await kit.setPrice('once', 700);
    const { visitId, ...rest } = await kit.finishVisit(patientId, 'once');
    await kit.graph.receive('visit.finished', visitId, { visitId, ...rest });
    expect(await chargesOf(visitId)).toHaveLength(1);
    const told = (await kit.graph.emitted('charge.created')).filter(({ data }) => data.patientId === patientId);
    expect(told.map(({ data }) => data.amount)).toEqual([usd(700)]);
  });

  test('opens the account of a patient who was not registered here yet', async () => {
    const patientId = newId('pat');
    await kit.finishVisit(patientId);
    expect(await kit.balanceOf(patientId)).toBe(0);
  });

  test('without a price waits for it, and is billable when the price is set', async () => {
    const patientId = await kit.registerPatient();
    const { visitId } = await kit.finishVisit(patientId, 'unpriced');
    expect(await chargesOf(visitId)).toMatchObject([{ status: 'PLANNED', amount: null }]);
    expect(await kit.setPrice('unpriced', 900, { effectiveFrom: '2026-06-02' })).toMatchObject({ pricedCharges: 0, userErrors: [] });
    expect(await kit.setPrice('unpriced', 800, { effectiveFrom: '2026-05-01', effectiveTo: '2026-06-02' })).toMatchObject({
      pricedCharges: 1,
    });
    expect(await chargesOf(visitId)).toMatchObject([{ status: 'BILLABLE', amount: usd(800) }]);
  });

  test('of a free service is not billable', async () => {
    const patientId = await kit.registerPatient();
    await kit.setPrice('free', 0);
    const { visitId } = await kit.finishVisit(patientId, 'free');
    expect(await chargesOf(visitId)).toMatchObject([{ status: 'NOT_BILLABLE', amount: usd(0) }]);
  });
});

const chargesOfAppointment = async (appointmentId: string) =>
  (
    await kit.entity<{ charges: { id: string; status: string; code: string; statusReason: string | null }[] }>(
      kit.biller,
      'Appointment',
      appointmentId,
      '{ charges { id status code amount { amountMinor currency } statusReason visit { id } } }',
    )
  ).charges;
const charged = async (appointmentId: string) =>
  Object.fromEntries((await chargesOfAppointment(appointmentId)).map(({ code, status }) => [code, status]));

describe('a fulfilled appointment', () => {
  test('in person is charged at the price of the UTC day of its start, once, whatever is told again', async () => {
    const patientId = await kit.registerPatient();
    const appointmentId = newId('apt');
    await kit.setPrice('office-by-day', 1_000, { effectiveFrom: '2026-01-01', effectiveTo: '2026-03-01' });
    await kit.setPrice('office-by-day', 1_500, { effectiveFrom: '2026-03-01' });
    const told = { serviceCode: 'office-by-day', startsAt: new Date('2026-02-28T23:59:00.000Z') };
    await kit.fulfil(patientId, appointmentId, told);
    await kit.fulfil(patientId, appointmentId, told);
    await kit.fulfil(patientId, appointmentId, { serviceCode: 'office-other' });
    expect(await chargesOfAppointment(appointmentId)).toMatchObject([
      { code: 'office-by-day', status: 'BILLABLE', amount: usd(1_000), visit: null },
    ]);
    const events = (await kit.graph.emitted('charge.created')).filter(({ data }) => data.patientId === patientId);
    expect(events).toHaveLength(1);
  });

  test('in person without a price waits for it', async () => {
    const patientId = await kit.registerPatient();
    const appointmentId = newId('apt');
    await kit.fulfil(patientId, appointmentId, { serviceCode: 'office-unpriced' });
    expect(await charged(appointmentId)).toEqual({ 'office-unpriced': 'PLANNED' });
    expect(await kit.setPrice('office-unpriced', 900)).toMatchObject({ pricedCharges: 1 });
    expect(await charged(appointmentId)).toEqual({ 'office-unpriced': 'BILLABLE' });
  });

  test('by video is charged by its visit alone', async () => {
    const patientId = await kit.registerPatient();
    await kit.setPrice('video-once', 700);
    const { appointmentId } = await kit.finishVisit(patientId, 'video-once');
    await kit.fulfil(patientId, appointmentId, { serviceCode: 'video-once', modality: 'VIDEO' });
    expect(await chargesOfAppointment(appointmentId)).toHaveLength(1);
    const unvisited = newId('apt');
    await kit.fulfil(patientId, unvisited, { serviceCode: 'video-once', modality: 'VIDEO' });
    expect(await chargesOfAppointment(unvisited)).toEqual([]);
  });
});

describe('a fee of an appointment that took place after all', () => {
  beforeAll(() => kit.setPrice('overtaking', 700));
  const setUp = async () => {
    const patientId = await kit.registerPatient();
    return { patientId, appointmentId: newId('apt') };
  };
  const fee = (patientId: string, appointmentId: string) => kit.chargeFee(patientId, 500, 'USD', appointmentId);
  const visit = (patientId: string, appointmentId: string) => kit.finishVisit(patientId, 'overtaking', noon, appointmentId);
  const draftOf = async (patientId: string) =>
    (await kit.act<{ invoice: { id: string } }>(kit.biller, documents.createInvoice, { patientId })).invoice.id;

  test('is not made when the visit is charged already', async () => {
    const { patientId, appointmentId } = await setUp();
    await visit(patientId, appointmentId);
    await fee(patientId, appointmentId);
    await kit.graph.receive('appointment.cancelled', appointmentId, {
      appointmentId,
      patientId,
      practitionerId: newId('prc'),
      reasonCode: 'patient',
      late: true,
      fee: usd(300),
    });
    expect(await charged(appointmentId)).toEqual({ overtaking: 'BILLABLE' });
  });

  test('is stopped, with a reason, when the visit is charged', async () => {
    const { patientId, appointmentId } = await setUp();
    await fee(patientId, appointmentId);
    const other = await kit.chargeFee(patientId, 100);
    await visit(patientId, appointmentId);
    expect(await charged(appointmentId)).toEqual({ 'no-show-fee': 'ABORTED', overtaking: 'BILLABLE' });
    expect((await chargesOfAppointment(appointmentId)).find(({ code }) => code === 'no-show-fee')?.statusReason).toMatch(/took place/);
    expect(await charged(other)).toEqual({ 'no-show-fee': 'BILLABLE' });
    expect(await kit.issue({ patientId })).toMatchObject({ invoice: { totals: { total: usd(800) } } });
  });

  test('stays when it is billed, and is stopped when that invoice is cancelled', async () => {
    const { patientId, appointmentId } = await setUp();
    await fee(patientId, appointmentId);
    const { invoice } = await kit.issue({ patientId });
    await visit(patientId, appointmentId);
    expect(await charged(appointmentId)).toEqual({ 'no-show-fee': 'BILLED', overtaking: 'BILLABLE' });
    await kit.cancel(invoice?.id ?? '');
    expect(await charged(appointmentId)).toEqual({ 'no-show-fee': 'ABORTED', overtaking: 'BILLABLE' });
  });

  test('on a draft keeps that from being issued; cancelling the draft stops it', async () => {
    const { patientId, appointmentId } = await setUp();
    await fee(patientId, appointmentId);
    const draftId = await draftOf(patientId);
    await visit(patientId, appointmentId);
    expect(await kit.issue({ invoiceId: draftId })).toMatchObject({
      invoice: null,
      userErrors: [{ code: 'CONFLICT', path: ['invoiceId'] }],
    });
    await kit.cancel(draftId);
    expect(await charged(appointmentId)).toEqual({ 'no-show-fee': 'ABORTED', overtaking: 'BILLABLE' });
    expect(await kit.issue({ patientId })).toMatchObject({ invoice: { totals: { total: usd(700) } } });
  });

  test('is not missed when its invoice is cancelled at the same time', async () => {
    for (let round = 0; round < 6; round++) {
      const { patientId, appointmentId } = await setUp();
      await fee(patientId, appointmentId);
      const { invoice } = await kit.issue({ patientId });
      await Promise.all([kit.cancel(invoice?.id ?? ''), visit(patientId, appointmentId)]);
      expect(await charged(appointmentId)).toEqual({ 'no-show-fee': 'ABORTED', overtaking: 'BILLABLE' });
    }
  });

  test('is never asked for beside the visit, however the two meet', async () => {
    const { patientId } = await setUp();
    const appointments = Array.from({ length: 10 }, () => newId('apt'));
    await Promise.all(appointments.flatMap((id) => [fee(patientId, id), visit(patientId, id)]));
    for (const id of appointments) expect(['ABORTED', undefined]).toContain((await charged(id))['no-show-fee']);
  });
});

describe('a fee', () => {
  test('comes of a late cancellation and of a no-show, each once, and of none without one', async () => {
    const patientId = await kit.registerPatient();
    const people = { patientId, practitionerId: newId('prc') };
    const [cancelled, free, noShow] = [newId('apt'), newId('apt'), newId('apt')];
    const cancellation = { reasonCode: 'patient', late: true, fee: usd(2_500) };
    await kit.graph.receive('appointment.cancelled', cancelled, { ...people, appointmentId: cancelled, ...cancellation });
    await kit.graph.receive('appointment.cancelled', cancelled, { ...people, appointmentId: cancelled, ...cancellation });
    await kit.graph.receive('appointment.cancelled', free, {
      ...people,
      appointmentId: free,
      reasonCode: 'patient',
      late: false,
      fee: null,
    });
    await kit.graph.receive('appointment.noShow', noShow, { ...people, appointmentId: noShow, fee: usd(5_000) });
    const feesOf = async (id: string) =>
      (
        await kit.entity<{ charges: object[] }>(
          kit.biller,
          'Appointment',
          id,
          '{ charges { code status amount { amountMinor currency } visit { id } } }',
        )
      ).charges;
    expect(await feesOf(cancelled)).toEqual([{ code: 'late-cancellation-fee', status: 'BILLABLE', amount: usd(2_500), visit: null }]);
    expect(await feesOf(free)).toEqual([]);
    expect(await feesOf(noShow)).toEqual([{ code: 'no-show-fee', status: 'BILLABLE', amount: usd(5_000), visit: null }]);
  });
});

describe('setPrice', () => {
  test('ends the open price before it', async () => {
    await kit.setPrice('succession', 100, { effectiveFrom: '2026-01-01' });
    await kit.setPrice('succession', 200, { effectiveFrom: '2026-07-01' });
    const { prices } = await kit.graph
      .as({ role: 'PATIENT', patientId: newId('pat') })
      .execute<{ prices: { edges: { node: object }[] } }>(
        '{ prices(serviceCode: "succession") { edges { node { amount { amountMinor } effectiveFrom effectiveTo } } } }',
      );
    expect(prices.edges.map(({ node }) => node)).toEqual([
      { amount: { amountMinor: 100 }, effectiveFrom: '2026-01-01', effectiveTo: '2026-07-01' },
      { amount: { amountMinor: 200 }, effectiveFrom: '2026-07-01', effectiveTo: null },
    ]);
  });

  test.each([
    ['the same first day', { effectiveFrom: '2026-01-01' }, 'CONFLICT', ['effectiveFrom']],
    ['a time inside of an ended one', { effectiveFrom: '2026-02-01', effectiveTo: '2026-03-01' }, 'CONFLICT', ['effectiveFrom']],
    ['an end before its beginning', { effectiveFrom: '2027-02-01', effectiveTo: '2027-01-01' }, 'INVALID_INPUT', ['effectiveTo']],
    ['less than zero', { effectiveFrom: '2028-01-01', amount: usd(-1) }, 'INVALID_INPUT', ['amount', 'amountMinor']],
    ['no currency', { effectiveFrom: '2028-01-01', amount: { amountMinor: 1, currency: 'QQQ' } }, 'INVALID_INPUT', ['amount', 'currency']],
    ['an odd code', { serviceCode: 'Video Consult', effectiveFrom: '2028-01-01' }, 'INVALID_INPUT', ['serviceCode']],
  ])('refuses %s', async (_name, input, code, path) => {
    await kit.setPrice('occupied', 100, { effectiveFrom: '2026-01-01', effectiveTo: '2026-12-01' });
    const answer = await kit.setPrice('occupied', 100, input);
    expect(answer).toMatchObject({ price: null, userErrors: [{ code, path }] });
  });

  test('gives itself to a bounded number of charges at once and to the others in the background, each once', async () => {
    const patientId = await kit.registerPatient();
    const waiting = 2 * pricingBatch + 17;
    await kit.sql(
      `insert into charge_item (id, patient_id, status, source_type, source_id, code, occurred_at, currency, created_at)
       select 'chg_' || lpad(n::text, 26, '0'), $1, 'PLANNED', 'VISIT', 'bulk-' || n, 'bulk', $2, 'USD', $2 from generate_series(1, $3::int) as n`,
      [patientId, noon, waiting],
    );
    const priced = async () =>
      (await kit.sql("select from charge_item where code = 'bulk' and status = 'BILLABLE' and amount_minor = 900")).length;
    expect(await kit.setPrice('bulk', 900)).toMatchObject({ pricedCharges: pricingBatch, userErrors: [] });
    expect(await priced()).toBe(pricingBatch);
    await Promise.all([priceBacklog(kit.system()), priceBacklog(kit.system())]);
    await priceBacklog(kit.system());
    expect(await priced()).toBe(waiting);
    const told = (await kit.graph.emitted('charge.created')).filter(({ data }) => data.patientId === patientId);
    expect(new Set(told.map(({ subject }) => subject)).size).toBe(waiting);
    expect(told).toHaveLength(waiting);
    expect(await kit.sql('select from price_backlog')).toHaveLength(0);
  });

  test('of a later time takes its own days from the backlog of the one before', async () => {
    const patientId = await kit.registerPatient();
    await kit.sql(
      `insert into charge_item (id, patient_id, status, source_type, source_id, code, occurred_at, currency, created_at)
       select 'chg_' || lpad(n::text, 26, 'x'), $1, 'PLANNED', 'VISIT', 'split-' || n, 'split', case when n > $3 then $4::timestamptz else $2::timestamptz end, 'USD', $2 from generate_series(1, $3::int + 5) as n`,
      [patientId, noon, pricingBatch, new Date('2026-08-01T12:00:00.000Z')],
    );
    await kit.setPrice('split', 100);
    expect(await kit.setPrice('split', 200, { effectiveFrom: '2026-07-01' })).toMatchObject({ pricedCharges: 5 });
    await priceBacklog(kit.system());
    expect(
      await kit.sql("select amount_minor, count(*)::int from charge_item where code = 'split' group by amount_minor order by 1"),
    ).toEqual([
      { amount_minor: 100, count: pricingBatch },
      { amount_minor: 200, count: 5 },
    ]);
  });

  test('is for billers', async () => {
    const answer = await kit.act(kit.graph.as({ role: 'FRONT_DESK' }), documents.setPrice, {
      serviceCode: 'x',
      amount: usd(1),
      effectiveFrom: '2026-01-01',
    });
    expect(answer).toMatchObject({ price: null, userErrors: [{ code: 'NOT_ALLOWED' }] });
  });

  test('and a visit that finishes at the same time never leave a charge without its price', async () => {
    const patientId = await kit.registerPatient();
    const rounds = Array.from({ length: 8 }, (_unused, index) => `race-${index}`);
    const visits = await Promise.all(
      rounds.map(async (code) => (await Promise.all([kit.finishVisit(patientId, code), kit.setPrice(code, 300)]))[0]),
    );
    for (const { visitId } of visits) expect(await chargesOf(visitId)).toMatchObject([{ status: 'BILLABLE', amount: usd(300) }]);
  });
});

describe('waiveCharge', () => {
  const waive = (chargeItemId: string) =>
    kit.act<{ chargeItem: object | null }>(kit.biller, documents.waiveCharge, { chargeItemId, reason: 'goodwill' });

  test('takes a charge out of billing', async () => {
    const patientId = await kit.registerPatient();
    await kit.setPrice('waived', 100);
    const [charge] = await chargesOf((await kit.finishVisit(patientId, 'waived')).visitId);
    expect(await waive(charge?.id ?? '')).toMatchObject({
      chargeItem: { status: 'NOT_BILLABLE', statusReason: 'goodwill' },
      userErrors: [],
    });
    expect(await waive(charge?.id ?? '')).toMatchObject({
      userErrors: [{ code: 'ILLEGAL_STATE', currentState: 'NOT_BILLABLE', allowedStates: ['ENTERED_IN_ERROR'] }],
    });
    expect(await kit.issue({ patientId })).toMatchObject({ invoice: null, userErrors: [{ code: 'NOTHING_TO_INVOICE' }] });
  });

  test('is refused for one on a draft, on an issued invoice, and for none', async () => {
    const patientId = await kit.registerPatient();
    await kit.setPrice('kept', 100);
    const [charge] = await chargesOf((await kit.finishVisit(patientId, 'kept')).visitId);
    const { invoice } = await kit.act<{ invoice: { id: string } }>(kit.biller, documents.createInvoice, { patientId });
    expect(await waive(charge?.id ?? '')).toMatchObject({ chargeItem: null, userErrors: [{ code: 'CONFLICT' }] });
    await kit.issue({ invoiceId: invoice.id });
    expect(await waive(charge?.id ?? '')).toMatchObject({ userErrors: [{ code: 'ILLEGAL_STATE', currentState: 'BILLED' }] });
    expect(await waive(newId('chg'))).toMatchObject({ userErrors: [{ code: 'NOT_FOUND', path: ['chargeItemId'] }] });
  });
});

test('billers find the charges that wait for a price; others find nothing', async () => {
  const patientId = await kit.registerPatient();
  const { visitId } = await kit.finishVisit(patientId, 'never-priced', noon);
  const query = '{ chargeItems(status: PLANNED, first: 100) { edges { node { visit { id } } } } }';
  const found = await kit.biller.execute<{ chargeItems: { edges: { node: { visit: { id: string } } }[] } }>(query);
  expect(found.chargeItems.edges.map(({ node }) => node.visit.id)).toContain(visitId);
  expect(await kit.patient(patientId).execute(query)).toEqual({ chargeItems: { edges: [] } });
});
