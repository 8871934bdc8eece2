import { afterEach, beforeEach, expect, test } from 'vitest';
import { pino } from 'pino';
import { eventsHeardBy, type EventEnvelope } from '#schema/events.ts';
import { PrismaClient, type Prisma } from '../patient/generated/prisma/client.ts';
import { openDatabase, transact, type Database } from './database.ts';
import { createInbox, inboxFreshness, type EventBatch, type EventHandlers, type EventResult, type Inbox } from './events-in.ts';
import { newId } from './ids.ts';
import { emitter, type PendingEvent } from './outbox.ts';
import { createRelay, type Courier, type Relay } from './relay.ts';
import { eventually } from './testing/eventually.ts';
import { testDatabase, type TestDatabase } from './testing/test-database.ts';

// Events from the patient subgraph's outbox to an inbox of billing, each on its own database, with a courier that can fail.

type Tx = Prisma.TransactionClient;
const log = pino({ level: 'silent' });

let homes: TestDatabase[];
let producer: Database<PrismaClient>;
let consumer: Database<PrismaClient>;
let inbox: Inbox;
let relay: Relay;
let courier: Courier;
let batches: EventBatch[];
let taken: string[];
let failWith: (event: EventEnvelope) => Error | undefined;
let reachable: boolean;
let refused: number;

const open = (url: string) => openDatabase({ url, applicationName: 'test', log }, (adapter) => new PrismaClient({ adapter }));

beforeEach(async () => {
  homes = await Promise.all([testDatabase('patient'), testDatabase('billing')]);
  [producer, consumer] = homes.map(({ url }) => open(url)) as [Database<PrismaClient>, Database<PrismaClient>];
  taken = [];
  batches = [];
  reachable = true;
  refused = 0;
  failWith = () => undefined;
  const handle = async (tx: Tx, event: EventEnvelope) => {
    const failure = failWith(event);
    if (failure) throw failure;
    await tx.$executeRawUnsafe(`select 1`);
    taken.push(`${event.subject} ${event.sequence}`);
  };
  const handlers = Object.fromEntries(eventsHeardBy('billing').map((type) => [type, handle])) as EventHandlers<Tx>;
  inbox = createInbox<Tx>({ name: 'billing', client: consumer.client, handlers, outbox: { wake: () => undefined }, log });
  courier = {
    async deliver(_consumer, batch): Promise<EventResult[]> {
      if (!reachable) {
        refused++;
        throw new Error('connection refused');
      }
      batches.push(batch);
      return inbox.receive(batch);
    },
  };
  relay = startRelay();
});
afterEach(async () => {
  await relay.close();
  await Promise.all([producer.close(), consumer.close()]);
  await Promise.all(homes.map((home) => home[Symbol.asyncDispose]()));
});

const startRelay = (): Relay => {
  const started = createRelay({
    source: 'patient',
    consumers: ['billing'],
    pool: producer.pool,
    courier,
    log,
    pollMs: 20,
    heartbeatMs: 100,
  });
  started.start();
  return started;
};

async function emit(patientId: string): Promise<PendingEvent[]> {
  const written: PendingEvent[] = [];
  await transact(producer.client, (tx: Tx) => emitter('patient', tx, 'request-1', written)('patient.registered', patientId, { patientId }));
  relay.wake();
  return written.map((event) => ({ ...event, consumers: ['billing'] }));
}

const waiting = async (): Promise<number> =>
  (
    await producer.pool.query<{ n: number }>(
      `select count(*)::int as n from outbox_delivery where consumer = 'billing' and delivered_at is null`,
    )
  ).rows[0]?.n ?? -1;

test('events of an aggregate arrive once and in order, and the sender can wait for them', async () => {
  const patientId = newId('pat');
  for (let n = 0; n < 5; n++) await emit(patientId);
  const last = await emit(patientId);
  await relay.settled(last, 5_000);
  await eventually(waiting, (n) => n === 0);
  expect(taken).toEqual([1, 2, 3, 4, 5, 6].map((sequence) => `${patientId} ${sequence}`));
});

test('concurrent changes of one aggregate are numbered without gaps', async () => {
  const patientId = newId('pat');
  await Promise.all(Array.from({ length: 30 }, () => emit(patientId)));
  await eventually(waiting, (n) => n === 0);
  expect(taken).toEqual(Array.from({ length: 30 }, (_, index) => `${patientId} ${index + 1}`));
});

test('an event that comes twice has one effect', async () => {
  await emit(newId('pat'));
  const batch = await eventually(
    () => batches.find(({ events }) => events.length > 0),
    (found) => found !== undefined,
  );
  await eventually(waiting, (n) => n === 0);
  const again = await inbox.receive(batch as EventBatch);
  expect(again.map(({ outcome }) => outcome)).toEqual(['duplicate']);
  const [first, second] = await Promise.all([inbox.receive(batch as EventBatch), inbox.receive(batch as EventBatch)]);
  expect([first?.[0]?.outcome, second?.[0]?.outcome]).toEqual(['duplicate', 'duplicate']);
  expect(taken).toHaveLength(1);
});

test('while the consumer is down events wait, and nobody waits for them; afterwards all arrive', async () => {
  await emit(newId('pat'));
  await eventually(waiting, (n) => n === 0);
  reachable = false;
  const events = await emit(newId('pat'));
  await eventually(
    () => refused,
    (n) => n > 1,
  );
  await relay.settled(events, 3_600_000); // far beyond the test's own limit: it must not be waited for
  reachable = true;
  await eventually(waiting, (n) => n === 0);
  expect(taken).toHaveLength(2);
});

test('an event that fails holds up its own aggregate and no other', async () => {
  const [bad, good] = [newId('pat'), newId('pat')];
  failWith = (event) => (event.subject === bad && event.sequence === 1 ? new Error('not now') : undefined);
  await emit(bad);
  await emit(bad);
  await emit(good);
  await eventually(waiting, (n) => n === 2);
  expect(taken).toEqual([`${good} 1`]);
  failWith = () => undefined;
  await producer.pool.query('update outbox_delivery set next_attempt_at = clock_timestamp()');
  relay.wake();
  await eventually(waiting, (n) => n === 0);
  expect(taken).toEqual([`${good} 1`, `${bad} 1`, `${bad} 2`]);
});

test('a consumer that lost what it had taken in gets it again from where it stands', async () => {
  const patientId = newId('pat');
  await emit(patientId);
  await emit(patientId);
  await eventually(waiting, (n) => n === 0);
  await consumer.pool.query('truncate inbox_event, inbox_position');
  await emit(patientId);
  await eventually(
    () => taken.length,
    (n) => n === 5,
  );
  expect(taken.slice(2)).toEqual([1, 2, 3].map((sequence) => `${patientId} ${sequence}`));
});

test('when what it lost is no longer kept, only that aggregate waits', async () => {
  const [lost, other] = [newId('pat'), newId('pat')];
  await emit(lost);
  await eventually(waiting, (n) => n === 0);
  await consumer.pool.query('truncate inbox_event, inbox_position');
  await producer.pool.query(`delete from outbox_delivery where consumer = 'billing'`);
  await emit(lost);
  await emit(other);
  await eventually(() => taken.includes(`${other} 1`), Boolean);
  const held = await eventually(
    async () =>
      (
        await producer.pool.query<{ subject: string; last_error: string | null }>(
          `select subject, last_error from outbox_delivery where consumer = 'billing' and delivered_at is null`,
        )
      ).rows,
    (rows) => rows[0]?.last_error !== null && rows.length === 1,
  );
  expect(held).toEqual([{ subject: lost, last_error: expect.stringContaining('no longer kept') as string }]);
});

test('of two relays on one outbox one delivers, and the other takes over when it ends', async () => {
  const second = startRelay();
  try {
    for (let n = 0; n < 10; n++) await emit(newId('pat'));
    await eventually(waiting, (n) => n === 0);
    await relay.close();
    await emit(newId('pat'));
    await eventually(waiting, (n) => n === 0);
    expect(taken).toHaveLength(11);
    expect(batches.flatMap(({ events }) => events)).toHaveLength(11);
  } finally {
    await second.close();
  }
});

test('a consumer with nothing to get is told so, which is what its read models count as fresh by', async () => {
  const first = await eventually(
    () => inboxFreshness(consumer.client, 'patient'),
    ({ heardAt }) => heardAt !== null,
  );
  await eventually(
    () => inboxFreshness(consumer.client, 'patient'),
    ({ heardAt }) => Number(heardAt) > Number(first.heardAt),
  );
  failWith = () => new Error('not now');
  await emit(newId('pat'));
  await eventually(waiting, (n) => n === 1);
  const stuck = await inboxFreshness(consumer.client, 'patient');
  await eventually(
    () => batches.filter(({ events }) => events.length > 0).length,
    (n) => n >= 2,
  );
  expect(await inboxFreshness(consumer.client, 'patient')).toEqual(stuck);
});

test('a restarted relay delivers what was committed and not sent', async () => {
  await relay.close();
  await emit(newId('pat'));
  expect(await waiting()).toBe(1);
  relay = startRelay();
  await eventually(waiting, (n) => n === 0);
});

test('an event that this subgraph does not hear, or with data that does not fit, is not taken in', async () => {
  const event = {
    specversion: '1.0',
    id: newId('evt'),
    source: 'patient',
    type: 'patient.registered',
    subject: 'pat_1',
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    data: { patientId: 'wrong' },
    sequence: 1,
    causationid: 'x',
  } as const;
  const [unfit] = await inbox.receive({ source: 'patient', events: [event], caughtUp: false });
  expect(unfit).toMatchObject({ outcome: 'failed', error: expect.stringContaining('does not fit') as string });
  const [unheard] = await inbox.receive({ source: 'patient', events: [{ ...event, type: 'patient.updated' }], caughtUp: false });
  expect(unheard).toMatchObject({ outcome: 'failed', error: expect.stringContaining('does not hear') as string });
});

test('a subgraph without a handler for an event it hears does not start', () => {
  expect(() => createInbox<Tx>({ name: 'billing', client: consumer.client, handlers: {}, outbox: { wake: () => undefined }, log })).toThrow(
    'has no handler',
  );
});
