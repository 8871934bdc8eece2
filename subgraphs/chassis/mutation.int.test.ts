import { createAuditTrail } from './audit-trail.ts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { pino } from 'pino';
import { sqltag as sql } from '@prisma/client/runtime/client';
import { PrismaClient, type Prisma } from '../patient/generated/prisma/client.ts';
import { createChartAccess } from './chart-access.ts';
import type { RequestContext } from './context.ts';
import { openDatabase, type Database } from './database.ts';
import { Refusal } from './errors.ts';
import { newId } from './ids.ts';
import { mutate } from './mutation.ts';
import type { PendingEvent } from './outbox.ts';
import { testDatabase, type TestDatabase } from './testing/test-database.ts';
import { unprotected } from './testing/unprotected.ts';

type Tx = Prisma.TransactionClient;

let home: TestDatabase;
let database: Database<PrismaClient>;
let settled: PendingEvent[][];

beforeAll(async () => {
  home = await testDatabase('patient');
  database = openDatabase(
    { url: home.url, applicationName: 'test', log: pino({ level: 'silent' }) },
    (adapter) => new PrismaClient({ adapter }),
  );
  await database.pool.query('create table effect (id int generated always as identity, note text)');
});
afterAll(async () => {
  await database.close();
  await home[Symbol.asyncDispose]();
});
beforeEach(async () => {
  settled = [];
  await database.pool.query('truncate effect, idempotency_key, outbox_delivery, outbox_event, outbox_sequence');
});

const context = (subject = 'ada'): RequestContext<PrismaClient> => ({
  subgraph: 'patient',
  caller: { role: 'PATIENT', subject, scopes: [] },
  requestId: 'request-1',
  origin: {},
  audit: createAuditTrail(),
  log: pino({ level: 'silent' }),
  database,
  protection: unprotected,
  outbox: { wake: () => undefined, settled: (events) => (settled.push([...events]), Promise.resolve()) },
  changes: { watch: () => Promise.reject(new Error('a mutation waits for no change')) },
  charts: createChartAccess({ role: 'PATIENT', subject, scopes: [] }, database.client),
  now: () => new Date(),
});

const note = (input: { idempotencyKey: string; note: string }, as = context()) =>
  mutate(as, 'note', input, async (tx: Tx) => {
    const [row] = await tx.$queryRaw<{ id: number }[]>(sql`insert into effect (note) values (${input.note}) returning id`);
    return { id: row?.id ?? 0 };
  });
const effects = async (): Promise<number> =>
  (await database.pool.query<{ n: number }>('select count(*)::int as n from effect')).rows[0]?.n ?? -1;

test('the same key and input sent 50 times at once has one effect and one answer', async () => {
  const outcomes = await Promise.all(Array.from({ length: 50 }, () => note({ idempotencyKey: 'k', note: 'x' })));
  expect(await effects()).toBe(1);
  expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
  expect(outcomes[0]).toMatchObject({ ok: true });
});

test('the same key with another input is refused and has no effect', async () => {
  await note({ idempotencyKey: 'k', note: 'x' });
  expect(await note({ idempotencyKey: 'k', note: 'y' })).toMatchObject({
    ok: false,
    userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED', path: ['idempotencyKey'] }],
  });
  expect(await effects()).toBe(1);
});

test('a key belongs to the caller who used it', async () => {
  await note({ idempotencyKey: 'k', note: 'x' }, context('ada'));
  expect(await note({ idempotencyKey: 'k', note: 'y' }, context('bob'))).toMatchObject({ ok: true });
});

test('a refusal undoes the work, is answered as a value and is kept under the key', async () => {
  let runs = 0;
  const refuse = () =>
    mutate(context(), 'refuse', { idempotencyKey: 'k' }, async (tx: Tx, emit) => {
      runs++;
      await tx.$executeRaw(sql`insert into effect (note) values ('undone')`);
      await emit('patient.updated', 'pat_1', { patientId: newId('pat') });
      throw new Refusal('CONFLICT', 'no', { path: ['a'] });
    });
  const first = await refuse();
  expect(first).toMatchObject({ ok: false, userErrors: [{ code: 'CONFLICT', path: ['a'] }] });
  expect(await refuse()).toEqual(first);
  expect(runs).toBe(1);
  expect(await effects()).toBe(0);
  expect((await database.pool.query('select from outbox_event')).rowCount).toBe(0);
});

test('a retryable refusal is not kept: the same request may succeed later', async () => {
  let known = false;
  const attempt = () =>
    mutate(context(), 'attempt', { idempotencyKey: 'k' }, async () => {
      if (!known) throw new Refusal('PATIENT_UNKNOWN', 'not yet');
      return { done: true };
    });
  expect(await attempt()).toMatchObject({ ok: false, userErrors: [{ code: 'PATIENT_UNKNOWN', retryable: true }] });
  known = true;
  expect(await attempt()).toEqual({ ok: true, result: { done: true } });
});

test('a defect undoes everything, the key included, and is thrown', async () => {
  const crash = () =>
    mutate(context(), 'crash', { idempotencyKey: 'k' }, async (tx: Tx) => {
      await tx.$executeRaw(sql`insert into effect (note) values ('undone')`);
      throw new TypeError('a defect');
    });
  await expect(crash()).rejects.toThrow('a defect');
  expect(await effects()).toBe(0);
  expect((await database.pool.query('select from idempotency_key')).rowCount).toBe(0);
});

test('serializable work that collides is run again until all of it has happened', async () => {
  await database.pool.query(`insert into effect (note) values ('0')`);
  const increments = Array.from({ length: 8 }, (_, index) =>
    mutate(
      context(),
      'increment',
      { idempotencyKey: `k${index}` },
      async (tx: Tx) => {
        const [row] = await tx.$queryRaw<{ note: string }[]>(sql`select note from effect`);
        await tx.$executeRaw(sql`update effect set note = ${String(Number(row?.note) + 1)}`);
        return {};
      },
      { isolationLevel: 'Serializable' },
    ),
  );
  await Promise.all(increments);
  expect((await database.pool.query<{ note: string }>('select note from effect')).rows).toEqual([{ note: '8' }]);
});

test('events commit with the change, and the answer waits for those that somebody hears', async () => {
  const patientId = newId('pat');
  await mutate(context(), 'emit', { idempotencyKey: 'k' }, async (_tx: Tx, emit) => {
    await emit('patient.registered', patientId, { patientId });
    await emit('patient.updated', patientId, { patientId });
    return {};
  });
  const { rows } = await database.pool.query(
    `select e.type, d.consumer, d.sequence, e.causation_id from outbox_event as e left join outbox_delivery as d using (position) order by position, consumer`,
  );
  expect(rows).toEqual([
    { type: 'patient.registered', consumer: 'appointment', sequence: 1, causation_id: 'request-1' },
    { type: 'patient.registered', consumer: 'billing', sequence: 1, causation_id: 'request-1' },
    { type: 'patient.updated', consumer: null, sequence: null, causation_id: 'request-1' },
  ]);
  expect(settled).toEqual([[expect.objectContaining({ consumers: ['appointment', 'billing'] })]]);
});

test('an event that does not fit its schema, or of another subgraph, is a defect here', async () => {
  const emitWrong = mutate(context(), 'wrong', { idempotencyKey: 'a' }, async (_tx: Tx, emit) => {
    await emit('patient.updated', 'pat_1', { patientId: 'not an id' });
    return {};
  });
  await expect(emitWrong).rejects.toThrow();
  const emitForeign = mutate(context(), 'foreign', { idempotencyKey: 'b' }, async (_tx: Tx, emit) => {
    await emit('visit.paused', 'vis_1', {
      visitId: newId('vis'),
      appointmentId: newId('apt'),
      patientId: newId('pat'),
      practitionerId: newId('prc'),
    });
    return {};
  });
  await expect(emitForeign).rejects.toThrow('cannot emit');
});

test.each(['', '   ', 'x'.repeat(256)])('idempotencyKey "%s" is refused', async (idempotencyKey) => {
  expect(await note({ idempotencyKey, note: 'x' })).toMatchObject({
    ok: false,
    userErrors: [{ code: 'INVALID_INPUT', path: ['idempotencyKey'] }],
  });
});
