import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestCaller } from '#chassis/testing/test-subgraph.ts';
import type { UserError } from '#chassis/errors.ts';
import { newId } from '#chassis/ids.ts';
import { endExpired } from './expiry.ts';
import {
  ablePharmacy,
  accepted,
  draft,
  freshKey,
  givenCall,
  givenSigned,
  medicationId,
  mutatePrescription,
  newOnlyPharmacy,
  pharmacist,
  startGraph,
  type Graph,
} from './testing/given.ts';

let graph: Graph;
beforeAll(async () => {
  graph = await startGraph();
});
afterAll(() => graph[Symbol.asyncDispose]());

const reason = 'as agreed with the patient';
const act = (caller: TestCaller, mutation: string, prescriptionId: string, input = {}) =>
  mutatePrescription(caller, `${mutation}Prescription`, {
    prescriptionId,
    ...(mutation === 'release' || mutation === 'route' ? {} : { reason }),
    ...input,
  });
const eventsOf = async (id: string) => (await graph.emitted()).filter(({ subject }) => subject === id).map(({ type }) => type);

interface Dispensed {
  dispense: {
    id: string;
    status: string;
    quantity: number;
    statusReason: string | null;
    prescription: { status: string; quantityDispensed: number };
  } | null;
  userErrors: UserError[];
}

const dispenseFields =
  '{ dispense { id status quantity statusReason prescription { status quantityDispensed } } userErrors { code message path currentState } }';
const dispense = async (caller: TestCaller, prescriptionId: string, quantity: number, idempotencyKey = freshKey()): Promise<Dispensed> =>
  (
    await caller.execute<{ answer: Dispensed }>(
      `mutation ($input: RecordDispenseInput!) { answer: recordDispense(input: $input) ${dispenseFields} }`,
      { input: { idempotencyKey, prescriptionId, quantity } },
    )
  ).answer;
const move = async (caller: TestCaller, dispenseId: string, status: string, why?: string): Promise<Dispensed> =>
  (
    await caller.execute<{ answer: Dispensed }>(
      `mutation ($input: UpdateDispenseInput!) { answer: updateDispense(input: $input) ${dispenseFields} }`,
      { input: { idempotencyKey: freshKey(), dispenseId, status, ...(why && { reason: why }) } },
    )
  ).answer;

async function handOver(caller: TestCaller, prescriptionId: string, quantity: number): Promise<Dispensed> {
  const { dispense: started, userErrors } = await dispense(caller, prescriptionId, quantity);
  if (!started) throw new Error(JSON.stringify(userErrors));
  await move(caller, started.id, 'IN_PROGRESS');
  return move(caller, started.id, 'COMPLETED');
}

describe('a signed prescription', () => {
  test('is held, released and stopped, each with its event, and keeps its history', async () => {
    const call = await givenCall(graph);
    const id = await givenSigned(call);
    expect(accepted(await act(call.practitioner, 'hold', id))).toMatchObject({ status: 'ON_HOLD', statusReason: reason });
    expect(accepted(await act(call.practitioner, 'release', id))).toMatchObject({ status: 'ACTIVE', statusReason: null });
    const stopped = accepted(await act(call.practitioner, 'stop', id));
    expect(stopped.history.map(({ status }) => status)).toEqual(['DRAFT', 'ACTIVE', 'ON_HOLD', 'ACTIVE', 'STOPPED']);
    expect(await eventsOf(id)).toEqual([
      'prescription.drafted',
      'prescription.signed',
      'prescription.held',
      'prescription.released',
      'prescription.stopped',
    ]);
  });

  test.each([
    ['hold', 'DRAFT'],
    ['release', 'DRAFT'],
    ['stop', 'DRAFT'],
    ['release', 'ACTIVE'],
    ['hold', 'ON_HOLD'],
    ['cancel', 'ON_HOLD'],
    ['hold', 'STOPPED'],
    ['release', 'STOPPED'],
    ['cancel', 'STOPPED'],
    ['route', 'STOPPED'],
  ])('refuses to %s what is %s and changes nothing', async (mutation, status) => {
    const call = await givenCall(graph);
    const id = status === 'DRAFT' ? accepted(await draft(call.practitioner, { patientId: call.patientId })).id : await givenSigned(call);
    if (status === 'ON_HOLD') await act(call.practitioner, 'hold', id);
    if (status === 'STOPPED') await act(call.practitioner, 'stop', id);
    const before = await eventsOf(id);
    const { userErrors } = await act(call.practitioner, mutation, id, mutation === 'route' ? { pharmacyId: ablePharmacy } : {});
    expect(userErrors).toMatchObject([{ code: 'ILLEGAL_STATE', currentState: status }]);
    expect(await eventsOf(id)).toEqual(before);
  });

  test.each(['hold', 'release', 'stop', 'cancel', 'route'])('is not for its patient to %s', async (mutation) => {
    const call = await givenCall(graph);
    const id = await givenSigned(call);
    expect((await act(call.patient, mutation, id, mutation === 'route' ? { pharmacyId: ablePharmacy } : {})).userErrors).toMatchObject([
      { code: 'NOT_ALLOWED' },
    ]);
  });

  test('is cancelled while nothing was dispensed, and only stopped afterwards', async () => {
    const call = await givenCall(graph);
    const untouched = await givenSigned(call);
    expect(accepted(await act(call.practitioner, 'cancel', untouched)).status).toBe('CANCELLED');
    const id = await givenSigned(call, { pharmacyId: ablePharmacy });
    await handOver(pharmacist(graph, ablePharmacy), id, 7);
    expect((await act(call.practitioner, 'cancel', id)).userErrors).toMatchObject([
      { code: 'ILLEGAL_STATE', allowedStates: ['ON_HOLD', 'STOPPED', 'COMPLETED'] },
    ]);
    expect(accepted(await act(call.practitioner, 'stop', id)).status).toBe('STOPPED');
  });

  test('is not released once its validity is over', async () => {
    const call = await givenCall(graph);
    const id = await givenSigned(call);
    await act(call.practitioner, 'hold', id);
    const refused = await later(() => act(call.practitioner, 'release', id));
    expect(refused.userErrors).toMatchObject([{ code: 'ILLEGAL_STATE', currentState: 'ON_HOLD', allowedStates: ['STOPPED'] }]);
    expect(refused.userErrors[0]?.message).toContain('validity');
  });

  test('is released only past what became known during the pause, which the prescriber may override', async () => {
    const call = await givenCall(graph);
    const id = await givenSigned(call);
    await act(call.practitioner, 'hold', id);
    await call.allergy('class:penicillins');
    const refused = await act(call.practitioner, 'release', id);
    expect(refused.userErrors).toMatchObject([{ code: 'DETECTED_ISSUE_OPEN', path: ['prescriptionId'] }]);
    expect(refused.prescription).toMatchObject({
      status: 'ON_HOLD',
      detectedIssues: [{ code: 'ALLERGY', severity: 'HIGH', mitigation: null }],
    });
    expect((await act(call.patient, 'release', id)).prescription).toBeNull();
    accepted(await mutatePrescription(call.practitioner, 'overrideDetectedIssue', { prescriptionId: id, reason: 'tested negative' }));
    expect(accepted(await act(call.practitioner, 'release', id))).toMatchObject({
      status: 'ACTIVE',
      detectedIssues: [{ mitigation: { reason: 'tested negative' } }],
    });
  });

  test('is not released when the patient service was not heard from lately', async () => {
    const call = await givenCall(graph);
    const id = await givenSigned(call);
    await act(call.practitioner, 'hold', id);
    await graph.subgraph.database.pool.query(`update inbox_source set heard_at = now() - interval '16 seconds' where source = 'patient'`);
    expect((await act(call.practitioner, 'release', id)).userErrors).toMatchObject([{ code: 'CHECK_UNAVAILABLE', retryable: true }]);
  });
});

/** Does something after the validity of whatever is signed today. */
async function later<T>(work: () => Promise<T>): Promise<T> {
  graph.setNow(new Date(Date.now() + 400 * 86_400_000));
  try {
    return await work();
  } finally {
    graph.setNow(new Date());
  }
}

describe('when the validity ends', () => {
  const context = () => graph.subgraph.context({ caller: { role: 'SYSTEM', subject: 'test', scopes: [] }, requestId: 'test' });
  const statusesOf = async (ids: string[]) => {
    const { rows } = await graph.subgraph.database.pool.query<{ id: string; status: string }>(
      'select id, status from prescription where id = any ($1)',
      [ids],
    );
    return ids.map((id) => rows.find((row) => row.id === id)?.status);
  };

  test('an active prescription is completed and a paused one stopped, once, with their events', async () => {
    const call = await givenCall(graph);
    const [active, paused] = [await givenSigned(call), await givenSigned(call)];
    await act(call.practitioner, 'hold', paused);
    await later(async () => {
      const counts = await Promise.all([endExpired(context()), endExpired(context())]);
      expect(counts[0] + counts[1]).toBeGreaterThanOrEqual(2);
      expect(await endExpired(context())).toBe(0);
    });
    expect(await statusesOf([active, paused])).toEqual(['COMPLETED', 'STOPPED']);
    expect((await eventsOf(active)).filter((type) => type === 'prescription.completed')).toHaveLength(1);
    expect((await eventsOf(paused)).filter((type) => type === 'prescription.stopped')).toHaveLength(1);
  });

  test('one that cannot be ended holds up no other', async () => {
    const call = await givenCall(graph);
    const [bad, good] = [await givenSigned(call), await givenSigned(call)];
    const { pool } = graph.subgraph.database;
    await pool.query(`create function refuse_one() returns trigger language plpgsql as $$ begin raise exception 'cannot end'; end $$`);
    await pool.query(
      `create trigger refuse_one before update on prescription for each row when (old.id = '${bad}') execute function refuse_one()`,
    );
    // One per look, so that the bad one fills the first page.
    await later(() => endExpired(context(), { atOnce: 1 }));
    expect(await statusesOf([bad, good])).toEqual(['ACTIVE', 'COMPLETED']);
    await pool.query('drop trigger refuse_one on prescription');
    await later(() => endExpired(context()));
    expect(await statusesOf([bad])).toEqual(['COMPLETED']);
  });
});

describe('routing', () => {
  test('chooses a pharmacy, and another one only while nobody prepares', async () => {
    const call = await givenCall(graph);
    const id = await givenSigned(call);
    accepted(await act(call.practitioner, 'route', id, { pharmacyId: newOnlyPharmacy }));
    const { dispense: started } = await dispense(pharmacist(graph, newOnlyPharmacy), id, 21);
    expect((await act(call.practitioner, 'route', id, { pharmacyId: ablePharmacy })).userErrors).toMatchObject([{ code: 'CONFLICT' }]);
    await move(pharmacist(graph, newOnlyPharmacy), started?.id ?? '', 'DECLINED', 'out of stock');
    accepted(await act(call.practitioner, 'route', id, { pharmacyId: ablePharmacy }));
  });

  test('to a pharmacy that lacks a capability is refused', async () => {
    const call = await givenCall(graph);
    const refill = await givenSigned(call, { refills: 1 });
    const { userErrors } = await act(call.practitioner, 'route', refill, { pharmacyId: newOnlyPharmacy });
    expect(userErrors).toMatchObject([{ code: 'PHARMACY_INCAPABLE', path: ['pharmacyId'] }]);
    const controlled = accepted(
      await draft(call.practitioner, { patientId: call.patientId, medicationId: medicationId('tramadol-50mg-tablet') }),
    );
    expect((await act(call.practitioner, 'route', controlled.id, { pharmacyId: newOnlyPharmacy })).userErrors[0]?.message).toContain(
      'CONTROLLED',
    );
  });
});

describe('dispensing', () => {
  test('in parts and refills completes the prescription when all is handed over', async () => {
    const call = await givenCall(graph);
    const id = await givenSigned(call, { pharmacyId: ablePharmacy, refills: 1 });
    const pharmacy = pharmacist(graph, ablePharmacy);
    expect((await dispense(pharmacy, id, 22)).userErrors).toMatchObject([{ code: 'INVALID_INPUT', path: ['quantity'] }]);
    expect((await handOver(pharmacy, id, 14)).dispense?.prescription).toEqual({ status: 'ACTIVE', quantityDispensed: 14 });
    await handOver(pharmacy, id, 7);
    const last = await handOver(pharmacy, id, 21);
    expect(last.dispense).toMatchObject({ status: 'COMPLETED', prescription: { status: 'COMPLETED', quantityDispensed: 42 } });
    expect(await eventsOf(id)).toContain('prescription.completed');
    expect((await dispense(pharmacy, id, 1)).userErrors).toMatchObject([{ code: 'ILLEGAL_STATE', currentState: 'COMPLETED' }]);
  });

  test('never brings out more than was prescribed, however many try at once', async () => {
    const call = await givenCall(graph);
    const id = await givenSigned(call, { pharmacyId: ablePharmacy });
    const pharmacy = pharmacist(graph, ablePharmacy);
    const answers = await Promise.all(Array.from({ length: 10 }, () => dispense(pharmacy, id, 7)));
    expect(answers.filter((answer) => answer.dispense !== null)).toHaveLength(3);
    const insert = graph.subgraph.database.pool.query(
      `insert into dispense (id, prescription_id, pharmacy_id, status, quantity, prepared_at) values ('dsp_x', $1, $2, 'PREPARATION', 1, now())`,
      [id, ablePharmacy],
    );
    await expect(insert).rejects.toThrow('more would be dispensed');
  });

  test('stops with the prescription', async () => {
    const call = await givenCall(graph);
    const id = await givenSigned(call, { pharmacyId: ablePharmacy });
    const pharmacy = pharmacist(graph, ablePharmacy);
    const { dispense: started } = await dispense(pharmacy, id, 21);
    await act(call.practitioner, 'hold', id);
    expect((await move(pharmacy, started?.id ?? '', 'IN_PROGRESS')).userErrors).toMatchObject([
      { code: 'ILLEGAL_STATE', currentState: 'ON_HOLD' },
    ]);
    await act(call.practitioner, 'stop', id);
    expect((await move(pharmacy, started?.id ?? '', 'COMPLETED')).userErrors).toMatchObject([
      { code: 'ILLEGAL_STATE', currentState: 'CANCELLED' },
    ]);
  });

  test('needs a reason to go another way, and the pharmacy itself', async () => {
    const call = await givenCall(graph);
    const id = await givenSigned(call, { pharmacyId: ablePharmacy });
    const pharmacy = pharmacist(graph, ablePharmacy);
    const started = (await dispense(pharmacy, id, 21)).dispense?.id ?? '';
    expect((await move(pharmacy, started, 'ON_HOLD')).userErrors).toMatchObject([{ code: 'INVALID_INPUT', path: ['reason'] }]);
    expect((await move(pharmacy, started, 'COMPLETED')).userErrors).toMatchObject([{ code: 'ILLEGAL_STATE', currentState: 'PREPARATION' }]);
    expect((await move(pharmacy, started, 'ON_HOLD', 'waiting for stock')).dispense).toMatchObject({
      status: 'ON_HOLD',
      statusReason: 'waiting for stock',
    });
    const notTheirs = (await move(pharmacist(graph, newOnlyPharmacy), started, 'CANCELLED', 'not ours')).userErrors;
    expect(notTheirs).toMatchObject([{ code: 'NOT_FOUND', path: ['dispenseId'] }]);
    expect((await move(pharmacist(graph, newOnlyPharmacy), newId('dsp'), 'CANCELLED', 'not ours')).userErrors).toEqual(notTheirs);
    expect((await move(call.practitioner, started, 'CANCELLED', 'not ours')).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
    expect((await dispense(call.patient, id, 1)).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
  });

  test('is answered again for its key only to the pharmacy that has the prescription', async () => {
    const call = await givenCall(graph);
    const id = await givenSigned(call, { pharmacyId: newOnlyPharmacy });
    const pharmacy = pharmacist(graph, newOnlyPharmacy);
    const key = freshKey();
    const { dispense: started } = await dispense(pharmacy, id, 21, key);
    expect((await dispense(pharmacy, id, 21, key)).dispense?.id).toBe(started?.id);
    await move(pharmacy, started?.id ?? '', 'DECLINED', 'out of stock');
    accepted(await act(call.practitioner, 'route', id, { pharmacyId: ablePharmacy }));
    expect(await dispense(pharmacy, id, 21, key)).toEqual({ dispense: null, userErrors: [] });
  });
});
