import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '#chassis/ids.ts';
import { eventually } from '#chassis/testing/eventually.ts';
import { testSubgraph, type TestCaller } from '#chassis/testing/test-subgraph.ts';
import { cancelOverdueRequests } from './request-expiry.ts';
import { createAppointmentSubgraph } from './server.ts';
import { at, openPractice, send, type Practice } from './testing/practice.ts';

let practice: Practice;
beforeAll(async () => {
  practice = await openPractice();
});
afterAll(() => practice[Symbol.asyncDispose]());

interface Updated {
  id: string;
  status: string;
  startsAt: string;
  reason: string | null;
  updatedAt: string;
  practitioner: { id: string };
}
interface Seen {
  appointmentUpdated: Updated;
}

const document = `subscription ($practitionerId: ID, $patientId: ID, $since: DateTime) {
  appointmentUpdated(practitionerId: $practitionerId, patientId: $patientId, since: $since) { id status startsAt reason updatedAt practitioner { id } }
}`;
interface Of {
  practitionerId?: string;
  patientId?: string;
  since?: string;
}
const follow = (as: TestCaller, of: Of) => as.subscribe<Seen>(document, { ...of });

const cancel = (as: TestCaller, appointmentId: string) => send(as, 'cancelAppointment', { appointmentId, reasonCode: 'PAT' });
const long = '2000-01-01T00:00:00.000Z';

test('a patient, the practitioner and the front desk see an appointment that is made, moved and cancelled', async () => {
  const { patientId, practitionerId, appointmentId, asPatient, asPractitioner } = await practice.booking();
  await using own = follow(asPatient, { patientId, since: long });
  await using calendar = follow(asPractitioner, { practitionerId, since: long });
  await using desk = follow(practice.desk, { practitionerId, since: long });
  const all = [own, calendar, desk];
  const next = () => Promise.all(all.map(async (seen) => (await seen.next()).appointmentUpdated));
  for (const updated of await next()) expect(updated).toMatchObject({ id: appointmentId, status: 'BOOKED', startsAt: at(1, '14:00') });
  await send(asPatient, 'rescheduleAppointment', { appointmentId, startsAt: at(1, '15:00') });
  for (const updated of await next()) expect(updated).toMatchObject({ status: 'BOOKED', startsAt: at(1, '15:00') });
  await cancel(asPatient, appointmentId);
  const [forPatient, forPractitioner, forDesk] = await next();
  for (const updated of [forPatient, forPractitioner, forDesk]) expect(updated?.status).toBe('CANCELLED');
  // The words in it as for reading.
  expect([forPatient?.reason, forPractitioner?.reason, forDesk?.reason]).toEqual(['A cough', 'A cough', null]);
});

test('what events of others and background work change is seen', async () => {
  const { healthcareServiceId, practitionerId, patientId, appointmentId } = await practice.booking({ requiresApproval: true });
  await using seen = follow(practice.desk, { patientId, since: long });
  expect((await seen.next()).appointmentUpdated.status).toBe('PENDING');
  practice.graph.setNow(new Date(at(2, '12:00')));
  try {
    await cancelOverdueRequests(practice.graph.subgraph.context({ caller: practice.desk.caller, requestId: 'sweep' }));
  } finally {
    practice.graph.setNow(new Date(at(0, '12:00')));
  }
  expect((await seen.next()).appointmentUpdated).toMatchObject({ id: appointmentId, status: 'CANCELLED' });
  const service = await practice.healthcareService();
  await send(
    practice.desk,
    'setOfferedServices',
    { practitionerId, healthcareServiceIds: [healthcareServiceId, service] },
    'practitioner { id }',
  );
  const booked = await send(practice.desk, 'bookAppointment', {
    patientId,
    practitionerId,
    healthcareServiceId: service,
    startsAt: at(1, '16:00'),
  });
  expect((await seen.next()).appointmentUpdated).toMatchObject({ id: booked.appointment?.id, status: 'BOOKED' });
  const visit = { visitId: newId('vis'), appointmentId: booked.appointment?.id ?? '', patientId, practitionerId };
  await practice.graph.receive('visit.started', visit.visitId, visit);
  expect((await seen.next()).appointmentUpdated.status).toBe('ARRIVED');
});

test.each([{}, { since: '2999-01-01T00:00:00.000Z' }])(
  'without since, or with one in the future, only what comes is seen: %j',
  async (more) => {
    const { practitionerId, patientId, healthcareServiceId, appointmentId } = await practice.booking();
    await send(practice.desk, 'bookAppointment', { patientId, practitionerId, healthcareServiceId, startsAt: at(1, '20:00') });
    await using seen = follow(practice.desk, { practitionerId, ...more });
    let updated: Seen | undefined;
    const first = seen.next().then((event) => (updated = event));
    // It does not say when it listens: so there is something to hear until it does.
    for (let hour = 15; !updated; hour = 31 - hour)
      await send(practice.desk, 'rescheduleAppointment', { appointmentId, startsAt: at(1, `${hour}:00`) });
    expect((await first).appointmentUpdated.id).toBe(appointmentId);
  },
);

test('whoever comes back with the latest updatedAt gets what was changed since, in order and nothing twice', async () => {
  const { practitionerId, healthcareServiceId, patientId, appointmentId } = await practice.booking();
  const book = async (time: string) =>
    (await send(practice.desk, 'bookAppointment', { patientId, practitionerId, healthcareServiceId, startsAt: at(1, time) })).appointment
      ?.id ?? '';
  let since = long;
  {
    await using seen = follow(practice.desk, { patientId, since });
    since = (await seen.next()).appointmentUpdated.updatedAt;
  }
  const second = await book('15:00');
  const third = await book('16:00');
  await cancel(practice.desk, appointmentId);
  await cancel(practice.desk, second);
  await using seen = follow(practice.desk, { patientId, since });
  const updates = [await seen.next(), await seen.next(), await seen.next()].map(({ appointmentUpdated }) => appointmentUpdated);
  expect(updates.map(({ id, status }) => [id, status])).toEqual([
    [third, 'BOOKED'],
    [appointmentId, 'CANCELLED'],
    [second, 'CANCELLED'],
  ]);
  expect(updates.map(({ updatedAt }) => updatedAt)).toEqual(updates.map(({ updatedAt }) => updatedAt).toSorted());
  await cancel(practice.desk, third);
  expect((await seen.next()).appointmentUpdated).toMatchObject({ id: third, status: 'CANCELLED' });
});

test('whoever comes back again and again while many book, move and cancel has seen every last state before what came after', async () => {
  const healthcareServiceId = await practice.healthcareService();
  const practitionerId = await practice.practitioner([healthcareServiceId]);
  await using replica = await testSubgraph('appointment', createAppointmentSubgraph, { replicaOf: practice.graph });
  const book = async (startsAt: string): Promise<string> => {
    const patientId = await practice.patient();
    const { appointment } = await send(practice.desk, 'bookAppointment', { patientId, practitionerId, healthcareServiceId, startsAt });
    return appointment?.id ?? '';
  };
  const states = new Map<string, string>();
  const end = at(7, '14:00');
  const work = Promise.all(
    [1, 2, 3, 4].flatMap((day) =>
      ['00', '20'].map(async (minutes) => {
        const appointmentId = await book(at(day, `14:${minutes}`));
        const startsAt = at(day, `16:${minutes}`);
        await send(practice.desk, 'rescheduleAppointment', { appointmentId, startsAt });
        if (minutes === '00') await cancel(practice.desk, appointmentId);
        states.set(appointmentId, `${minutes === '00' ? 'CANCELLED' : 'BOOKED'} ${startsAt}`);
      }),
    ),
  ).then(() => book(end));
  const known = new Map<string, string>();
  let since = long;
  for (let over = false; !over;) {
    await using seen = follow(replica.as(practice.desk.caller), { practitionerId, since });
    for (let events = 0; events < 3 && !over; events++) {
      const { id, status, startsAt, updatedAt } = (await seen.next()).appointmentUpdated;
      expect(updatedAt > since).toBe(true);
      since = updatedAt;
      over = startsAt === end;
      if (!over) known.set(id, `${status} ${startsAt}`);
    }
  }
  await work;
  expect(known).toEqual(states);
});

test('of one party, a change that commits later has the later instant, whatever order the transactions began in', async () => {
  const { practitionerId, healthcareServiceId, appointmentId } = await practice.booking();
  const other = await practice.patient();
  const { appointment } = await send(practice.desk, 'bookAppointment', {
    patientId: other,
    practitionerId,
    healthcareServiceId,
    startsAt: at(1, '15:00'),
  });
  const { pool } = practice.graph.subgraph.database;
  const slow = await pool.connect();
  try {
    await slow.query('begin');
    await slow.query(`update appointment set created_at = now() where id = $1`, [appointmentId]);
    const quick = pool.query(`update appointment set created_at = now() where id = $1`, [appointment?.id]);
    // The quick one waits for the slow one: whoever reads now has an order without either.
    await expect(Promise.race([quick.then(() => 'committed'), waitsForLock()])).resolves.toBe('waits');
    await slow.query('commit');
    await quick;
  } finally {
    slow.release();
  }
  await using seen = follow(practice.asPractitioner(practitionerId), { practitionerId, since: long });
  expect((await seen.next()).appointmentUpdated).toMatchObject({ id: appointmentId });
  expect((await seen.next()).appointmentUpdated).toMatchObject({ id: appointment?.id });
});

async function waitsForLock(): Promise<string> {
  const { pool } = practice.graph.subgraph.database;
  const waiting = `select from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`;
  await eventually(
    () => pool.query(waiting).then(({ rowCount }) => rowCount),
    (count) => count === 1,
  );
  return 'waits';
}

test('an appointment that moves to a colleague leaves the first calendar: null for who may not see it any more', async () => {
  const { healthcareServiceId, practitionerId, appointmentId, asPractitioner } = await practice.booking();
  const colleague = await practice.practitioner([healthcareServiceId]);
  await using first = follow(asPractitioner, { practitionerId, since: long });
  await using desk = follow(practice.desk, { practitionerId, since: long });
  await using second = follow(practice.asPractitioner(colleague), { practitionerId: colleague, since: long });
  await first.next();
  await desk.next();
  await send(practice.desk, 'rescheduleAppointment', { appointmentId, startsAt: at(1, '15:00'), practitionerId: colleague });
  expect((await second.next()).appointmentUpdated).toMatchObject({ id: appointmentId, practitioner: { id: colleague } });
  expect((await desk.next()).appointmentUpdated).toMatchObject({ id: appointmentId, practitioner: { id: colleague } });
  expect(await first.result()).toEqual({ data: { appointmentUpdated: null } });
});

const notFound = { errors: [expect.objectContaining({ path: ['appointmentUpdated'], extensions: { code: 'NOT_FOUND' } })] };

test('who may not follow gets one answer, whether the party is there or not', async () => {
  const { practitionerId, patientId, asPatient, asPractitioner } = await practice.booking();
  for (const [who, of] of [
    [asPatient, { practitionerId }],
    [asPractitioner, { patientId }],
    [practice.asPatient(newId('pat')), { patientId }],
    [practice.as({ role: 'PHARMACY', organizationId: newId('phm') }), { patientId }],
    [practice.desk, { patientId: newId('pat') }],
    [practice.desk, { practitionerId: newId('prc') }],
  ] as const) {
    await using seen = follow(who, of);
    expect(await seen.result()).toEqual(notFound);
    expect(await seen.result()).toBeUndefined();
  }
});

test.each([{}, { practitionerId: 'prc_a', patientId: 'pat_a' }])('exactly one of the two ids is given: not %j', async (of) => {
  await using seen = follow(practice.desk, of);
  expect((await seen.result())?.errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: 'practitionerId' });
  expect(await seen.result()).toBeUndefined();
});

test('a proxy whose grant is revoked is cut off at once', async () => {
  const { patientId } = await practice.booking();
  const proxy = await practice.proxyOf(patientId);
  await using seen = follow(proxy, { patientId, since: long });
  await seen.next();
  await proxy.revoke();
  expect(await seen.result()).toEqual(notFound);
  expect(await seen.result()).toBeUndefined();
});
