import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { createClient } from 'graphql-ws';
import { getIntrospectionQuery } from 'graphql';
import type { FormattedExecutionResult } from 'graphql';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { anyDocument, sha256 } from './limits/documents.ts';
import { rateLimits } from './limits/rate-limits.ts';
import { peopleGraph, type PeopleGraph } from './testing/people-graph.ts';
import { testRouter, type TestRouter } from './testing/test-router.ts';

let graph: PeopleGraph;
let router: TestRouter;
beforeAll(async () => {
  graph = await peopleGraph();
  router = await testRouter(graph.subgraphs, { limits: { cost: 200 }, documents: { ...anyDocument, automatic: true } });
});
afterAll(async () => {
  await router?.[Symbol.asyncDispose]();
  await graph?.[Symbol.asyncDispose]();
});

const signedIn = { authorization: 'Bearer good' };
const many = (count: number, item: (index: number) => string): string => Array.from({ length: count }, (_, index) => item(index)).join(' ');
const nested = (depth: number): string => (depth === 0 ? 'name' : `friend { ${nested(depth - 1)} }`);
const bomb = (levels: number): string =>
  `{ person(id: "p1") { ...F0 } } ${many(levels, (i) => `fragment F${i} on Person { a: friend { ...F${i + 1} } b: friend { ...F${i + 1} } }`)} fragment F${levels} on Person { name }`;

const hostile: [string, string, string][] = [
  ['fragments that multiply', bomb(40), 'depth'],
  ['fragments that multiply, not so deep', bomb(12), 'aliases'],
  ['fields within fields', `{ person(id: "p1") { ${nested(40)} } }`, 'depth'],
  ['many aliases', `{ person(id: "p1") { ${many(60, (i) => `a${i}: name`)} } }`, 'aliases'],
  ['many directives', `{ person(id: "p1") { name ${many(60, () => '@skip(if: false)')} } }`, 'directives'],
  ['many root fields', `{ ${many(21, () => '__typename')} }`, 'rootFields'],
  ['the same field again and again', `{ person(id: "p1") { ${many(600, () => 'name')} } }`, 'selections'],
  ['many tokens', `{ ${many(2_000, () => 'a')} }`, 'tokens'],
  ['a long text', `{ __typename } #${'x'.repeat(70_000)}`, 'characters'],
  ['long lists in long lists', `{ people { ${'friend { things { id } '.repeat(1)} ${'} '.repeat(1)} things { id label } } }`, 'cost'],
];

/** The answer that each way in gives to a document. */
const ways: Readonly<Record<string, (query: string) => Promise<FormattedExecutionResult>>> = {
  POST: async (query) => (await router.query(query)).body as FormattedExecutionResult,
  GET: async (query) => {
    // Not fetch: a long address is a long header.
    const { port } = new URL(router.url);
    return new Promise((resolve, reject) => {
      const path = `/graphql?${new URLSearchParams({ query }).toString()}`;
      httpRequest({ port, path, headers: signedIn }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve(JSON.parse(text) as FormattedExecutionResult));
      })
        .on('error', reject)
        .end();
    });
  },
  SSE: async (query) => streamed(query, 'text/event-stream', /^data: ?(\{.*)$/m),
  multipart: async (query) => streamed(query, 'multipart/mixed;subscriptionSpec="1.0"', /^(\{.*)$/m),
  WebSocket: async (query) => {
    const client = createClient({
      url: router.url.replace('http', 'ws') + '/graphql',
      webSocketImpl: WebSocket,
      connectionParams: signedIn,
      retryAttempts: 0,
    });
    try {
      for await (const result of client.iterate({ query })) return result as FormattedExecutionResult;
      throw new Error('no answer');
    } catch (errors) {
      if (!Array.isArray(errors)) throw errors;
      return { errors: errors as FormattedExecutionResult['errors'] & object };
    } finally {
      await client.dispose();
    }
  },
};

async function streamed(query: string, accept: string, data: RegExp): Promise<FormattedExecutionResult> {
  const response = await fetch(`${router.url}/graphql`, {
    method: 'POST',
    headers: { ...signedIn, accept, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const text = await response.text();
  const found = JSON.parse(data.exec(text)?.[1] ?? text) as FormattedExecutionResult & { payload?: FormattedExecutionResult };
  return found.payload ?? found;
}

describe.each(Object.entries(ways))('by %s', (way, ask) => {
  test.each(hostile)('%s are refused before anything is planned', async (_, query, limit) => {
    // A header may have 32 KB: what is longer does not arrive.
    if (way === 'GET' && query.length > 10_000) return;
    const { errors } = await ask(query);
    expect(errors?.map(({ extensions }) => extensions)).toEqual([
      expect.objectContaining({ code: limit === 'cost' ? 'COST_LIMIT_EXCEEDED' : 'OPERATION_TOO_LARGE', limit }),
    ]);
    expect(graph.people.seen).toEqual([]);
  });
});

test('an error says how much it was and how much it may be, and the log line has the code', async () => {
  const { status, body } = await router.query(`{ person(id: "p1") { ${nested(40)} } }`);
  expect(status).toBe(200);
  expect(body.errors?.[0]).toMatchObject({
    message: expect.stringContaining('42 levels of fields'),
    extensions: { code: 'OPERATION_TOO_LARGE', limit: 'depth', value: 42, most: 16 },
  });
});

test('the introspection query of tools is within the limits', async () => {
  const query = getIntrospectionQuery({
    descriptions: true,
    inputValueDeprecation: true,
    schemaDescription: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
  });
  const { status, body } = await router.query(query, {}, {});
  expect([status, body.errors]).toEqual([200, undefined]);
});

test('introspection that goes in circles is refused', async () => {
  const { body } = await router.query('{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }');
  expect(body.errors?.[0]?.extensions?.['code']).toBe('GRAPHQL_VALIDATION_FAILED');
});

test.each([
  ['a batch', JSON.stringify([{ query: '{ __typename }' }, { query: '{ __typename }' }]), {}, 400],
  ['a body of 10 MB', JSON.stringify({ query: `{ __typename } #${'x'.repeat(10_000_000)}` }), {}, 413],
  ['a body that unpacks to 10 MB', gzipSync(Buffer.alloc(10_000_000, 'x')), { 'content-encoding': 'gzip' }, 415],
])('%s is refused', async (_, body, headers, status) => {
  const response = await fetch(`${router.url}/graphql`, {
    method: 'POST',
    headers: { ...signedIn, 'content-type': 'application/json', ...headers },
    body,
  });
  expect(response.status).toBe(status);
});

test('in development the answer says what its operation may cost', async () => {
  const { headers } = await router.query('{ person(id: "p1") { name } }');
  expect(headers.get('x-operation-cost')).toBe('1');
});

test('a client that sends hashes is asked for the text once, by whatever way', async () => {
  const query = '{ person(id: "p1") { name } }';
  const extensions = { persistedQuery: { version: 1, sha256Hash: sha256(query) } };
  const post = async (body: object) => {
    const response = await fetch(`${router.url}/graphql`, {
      method: 'POST',
      headers: { ...signedIn, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return [response.status, await response.json()] as const;
  };
  const byGet = async () => {
    const parameters = new URLSearchParams({ extensions: JSON.stringify(extensions) });
    const response = await fetch(`${router.url}/graphql?${parameters}`, { headers: signedIn });
    return (await response.json()) as unknown;
  };
  const unknown = { errors: [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }] };
  expect(await post({ extensions })).toMatchObject([200, unknown]);
  expect(await byGet()).toMatchObject(unknown);
  const answer = { data: { person: { name: 'Ann' } } };
  expect(await post({ query, extensions })).toMatchObject([200, answer]);
  expect(await post({ extensions })).toMatchObject([200, answer]);
  expect(await byGet()).toMatchObject(answer);
});

test('in production there is no introspection and no word about names that are there', async () => {
  const registered = '{ person(id: "p1") { name } }';
  await using production = await testRouter(graph.subgraphs, {
    production: true,
    documents: {
      operations: 'open',
      automatic: false,
      partnersRegistered: true,
      manifests: { of: () => new Map([[sha256(registered), registered]]), all: [] },
    },
  });
  const { body: schema } = await production.query('{ __schema { queryType { name } } }');
  expect(schema.errors?.[0]?.extensions?.['code']).toBe('GRAPHQL_VALIDATION_FAILED');
  const { body } = await production.query('{ person(id: "p1") { nam } }');
  expect(body.errors?.[0]?.message).toBe('Cannot query field "nam" on type "Person".');
  expect((await production.query('{ person(idd: "p1") { name } }')).body.errors?.map(({ message }) => message).join()).not.toContain(
    'Did you mean',
  );
  expect((await production.query(registered)).headers.get('x-operation-cost')).toBeNull();
});

test('who has used its budget is told by status, headers and error when to come again', async () => {
  const budget = { points: 3, seconds: 60 };
  const rates = rateLimits({ client: budget, subject: budget, address: budget, clients: {} }, (name, { points, seconds }) => {
    return new RateLimiterMemory({ keyPrefix: name, points, duration: seconds });
  });
  await using limited = await testRouter(graph.subgraphs, { rates });
  const query = '{ person(id: "p1") { name friend { name } } }';
  const first = await limited.query(query);
  expect([first.status, first.headers.get('ratelimit-policy'), first.headers.get('ratelimit')]).toEqual([
    200,
    '"subject";q=3;w=60',
    '"subject";r=1;t=60',
  ]);
  const refused = await limited.query(query);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
  expect(refused.body.errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 60 });
  // Without a token it is the address that counts: one point each, ten for a bad token.
  expect((await limited.query('{ __typename }', {}, {})).status).toBe(200);
  expect((await limited.query('{ __typename }', {}, { authorization: 'Bearer forged' })).status).toBe(429);
  expect((await limited.query('{ __typename }', {}, {})).headers.get('retry-after')).toBe('60');
});

test('a null that should decide what is selected is the client’s mistake', async () => {
  const { body } = await router.query('query Q($b: Boolean = true) { person(id: "p1") @include(if: $b) { name } }', { b: null });
  expect(body.errors?.[0]).toMatchObject({ message: expect.stringContaining('"$b"'), extensions: { code: 'BAD_USER_INPUT' } });
});
