import { createClient } from 'graphql-sse';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createVisitSubgraph } from '../visit/server.ts';
import { visitStory, type Story } from '../visit/testing/story.ts';
import { graphqlCodes } from './errors.ts';
import type { HttpServer } from './http.ts';
import { deriveLinkKeys, internalTokenHeader, linkKey, signInternalToken } from './internal-token.ts';
import { serveSubgraph } from './serve.ts';
import type { Subgraph } from './subgraph.ts';
import { testSubgraph, type TestCaller, type TestSubgraph } from './testing/test-subgraph.ts';

// Subscriptions over HTTP, and what becomes of them when a line breaks or a process stops: with the visit subgraph.

const linkKeys = deriveLinkKeys('test', ['router>visit']);

let story: Story;
/** A replica of the story's service for each test: one that has stopped begins no new stream. */
let replica: TestSubgraph<Subgraph>;
let http: HttpServer;
let patient: TestCaller;
beforeAll(async () => {
  story = await visitStory();
});
afterAll(() => story[Symbol.asyncDispose]());
beforeEach(async () => {
  replica = await testSubgraph('visit', createVisitSubgraph, { replicaOf: story.graph });
  http = await serveSubgraph(replica.subgraph, { port: 0, linkKeys, log: pino({ level: 'silent' }) });
  patient = replica.as(story.patient.caller);
});
afterEach(async () => {
  await http.close();
  await replica[Symbol.asyncDispose]();
});

const query = 'subscription ($visitId: ID!) { visitUpdated(visitId: $visitId) { status } }';
type Seen = { visitUpdated: { status: string } };

const token = (body: string) =>
  signInternalToken(
    { from: 'router', to: 'visit', requestId: 'r1', caller: story.patient.caller },
    body,
    linkKey(linkKeys, 'router', 'visit'),
  );

/** `fetch` with a token for what is sent. */
const signedFetch: typeof fetch = (url, init) =>
  fetch(url, {
    ...init,
    headers: {
      ...(init?.headers as Record<string, string>),
      [internalTokenHeader]: token(typeof init?.body === 'string' ? init.body : ''),
    },
  });

const client = () => createClient({ url: `${http.url}/graphql`, retryAttempts: 0, fetchFn: signedFetch });

const post = async (body: unknown, options: { signal?: AbortSignal; headers?: Record<string, string> } = {}) =>
  fetch(`${http.url}/graphql`, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      [internalTokenHeader]: token(JSON.stringify(body)),
      ...options.headers,
    },
    body: JSON.stringify(body),
    ...(options.signal && { signal: options.signal }),
  });

/** Asks the server, not the subgraph, which backends it has. */
async function asAdmin<R>(work: (admin: pg.Client) => Promise<R>): Promise<R> {
  const admin = new pg.Client({ connectionString: story.graph.databaseUrl, application_name: 'admin' });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

const listeners = (admin: pg.Client) =>
  admin
    .query<{ pid: number }>(`select pid from pg_stat_activity where datname = current_database() and application_name = 'visit listener'`)
    .then(({ rows }) => rows.map(({ pid }) => pid));

test('over HTTP a graphql-sse client sees every step and completes', async () => {
  const { visitId } = await story.plan();
  const events = client().iterate<Seen>({ query, variables: { visitId } });
  expect((await events.next()).value).toEqual({ data: { visitUpdated: { status: 'PLANNED' } } });
  await story.step(story.patient, 'enterWaitingRoom', { visitId });
  expect((await events.next()).value).toEqual({ data: { visitUpdated: { status: 'ARRIVED' } } });
  await story.step(story.practitioner, 'admitPatient', { visitId });
  expect((await events.next()).value).toEqual({ data: { visitUpdated: { status: 'IN_PROGRESS' } } });
  await events.return?.();
});

test.each([
  ['no GraphQL', { query: 'subscription {' }, 'GRAPHQL_PARSE_FAILED'],
  ['a field that is not there', { query: 'subscription { nothing }' }, 'GRAPHQL_VALIDATION_FAILED'],
  ['a query', { query: '{ __typename }' }, 'GRAPHQL_VALIDATION_FAILED'],
  ['a variable that is missing', { query }, 'BAD_USER_INPUT'],
  ['an id of nothing', { query, variables: { visitId: 'vis_0' } }, 'NOT_FOUND'],
])('%s is one event with a code, then the end', async (_, body, code) => {
  const response = await post(body);
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  const text = await response.text();
  expect(text.match(/^event: \w+$/gm)).toEqual(['event: next', 'event: complete']);
  expect(text).toContain(`"code":"${code}"`);
});

test('a stream needs the token of the router, as every request does', async () => {
  const { visitId } = await story.plan();
  const response = await post({ query, variables: { visitId } }, { headers: { [internalTokenHeader]: 'forged' } });
  expect(response.status).toBe(401);
});

test.each([
  ['no JSON at all', 'subscription', 400],
  ['no document', {}, 400],
])('%s is refused before there is a stream', async (_, body, status) => {
  expect((await post(body)).status).toBe(status);
});

test('a failure inside ends the stream with a masked error', async () => {
  const { visitId } = await story.plan();
  await using seen = patient.subscribe(query, { visitId });
  await seen.next();
  const { pool } = replica.subgraph.database;
  await pool.query('alter table visit rename column service_code to elsewhere');
  try {
    await pool.query(`update visit set elsewhere = 'x' where id = $1`, [visitId]);
    expect(await seen.result()).toMatchObject({
      data: { visitUpdated: null },
      errors: [{ message: graphqlCodes.INTERNAL_SERVER_ERROR, extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
    });
    expect(await seen.result()).toBeUndefined();
  } finally {
    await pool.query('alter table visit rename column elsewhere to service_code');
  }
});

test('the connection that listens is opened with the first subscriber, and is one for all', async () => {
  const [one, two] = [await story.plan(), await story.plan()];
  await asAdmin(async (admin) => {
    expect(await listeners(admin)).toEqual([]);
    const streams = [one, two, two].map(({ visitId }) => patient.subscribe<Seen>(query, { visitId }));
    await Promise.all(streams.map((seen) => seen.next()));
    expect(await listeners(admin)).toHaveLength(1);
    await Promise.all(streams.map((seen) => seen[Symbol.asyncDispose]()));
  });
});

test('when the connection that listens is cut, a change made meanwhile is not missed, and later ones are heard', async () => {
  const { visitId } = await story.plan();
  await using seen = patient.subscribe<{ visitUpdated: { serviceCode: string } }>(
    'subscription ($visitId: ID!) { visitUpdated(visitId: $visitId) { serviceCode } }',
    { visitId },
  );
  await seen.next();
  const change = (serviceCode: string) => ({ text: 'update visit set service_code = $2 where id = $1', values: [visitId, serviceCode] });
  await asAdmin(async (admin) => {
    const [pid] = await listeners(admin);
    await admin.query('begin');
    await admin.query(change('during the break'));
    // Gone when this returns: at the commit nobody listens.
    await admin.query('select pg_terminate_backend($1, 5000)', [pid]);
    await admin.query('commit');
    expect((await seen.next()).visitUpdated.serviceCode).toBe('during the break');
    await admin.query(change('after it'));
  });
  for (let code = ''; code !== 'after it';) code = (await seen.next()).visitUpdated.serviceCode;
});

test('return() frees a stream that waits for its next event', async () => {
  const { visitId } = await story.plan();
  const results = replica.subgraph.subscriptions.subscribe({
    query,
    variables: { visitId },
    caller: story.patient.caller,
    requestId: 'r1',
  });
  await results.next();
  const next = results.next();
  await results.return();
  expect(await next).toEqual({ done: true, value: undefined });
});

test('a stop ends open streams with a coded error, and does not wait for them', async () => {
  const { visitId } = await story.plan();
  const events = client().iterate<Seen>({ query, variables: { visitId } });
  await events.next();
  const next = events.next();
  // The limit of the drain is 10 s, and the connection is the client's to keep: only an ended stream lets it close sooner.
  const closed = http.close().then(() => 'closed');
  expect((await next).value).toMatchObject({ errors: [{ path: ['visitUpdated'], extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] });
  expect((await events.next()).done).toBe(true);
  const limit = new Promise((resolve) => setTimeout(resolve, 5_000, 'still open'));
  expect(await Promise.race([closed, limit])).toBe('closed');
});

test('a service that has stopped begins no new stream', async () => {
  const { visitId } = await story.plan();
  replica.subgraph.subscriptions.end();
  await using seen = patient.subscribe<Seen>(query, { visitId });
  expect(await seen.result()).toMatchObject({ errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] });
  expect(await seen.result()).toBeUndefined();
});
