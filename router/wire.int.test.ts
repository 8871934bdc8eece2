import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { request } from 'undici';
import type { Dispatcher } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { peopleGraph } from './testing/people-graph.ts';
import type { PeopleGraph } from './testing/people-graph.ts';
import { testRouter } from './testing/test-router.ts';
import type { TestRouter } from './testing/test-router.ts';

// What goes over the wire beside the operation itself. undici's request() sends no header of its own accord and decodes nothing.

let graph: PeopleGraph;
let router: TestRouter;
beforeAll(async () => {
  graph = await peopleGraph();
  router = await testRouter(graph.subgraphs);
});
afterAll(async () => {
  await router[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
});

const signedIn = { authorization: 'Bearer good' };

async function send(
  path: string,
  { method = 'GET', headers = {}, body }: { method?: Dispatcher.HttpMethod; headers?: Record<string, string>; body?: string } = {},
) {
  const response = await request(`${router.url}${path}`, {
    method,
    headers: { ...signedIn, ...headers },
    ...(body !== undefined && { body }),
  });
  return { status: response.statusCode, headers: response.headers, bytes: Buffer.from(await response.body.arrayBuffer()) };
}

const post = (query: string, headers: Record<string, string> = {}, variables?: unknown) =>
  send('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });

const get = (query: string, headers: Record<string, string> = {}, variables = '{}') =>
  send(`/graphql?${new URLSearchParams({ query, variables }).toString()}`, { headers });

describe('methods', () => {
  test.each(['HEAD', 'PUT', 'DELETE', 'PATCH', 'TRACE'] as const)('%s is refused, and told what is allowed', async (method) => {
    const { status, headers } = await send('/graphql', { method });
    expect([status, headers['allow']]).toEqual([405, 'GET, POST, OPTIONS']);
  });

  test('OPTIONS is told what is allowed, and no word that lets another site in', async () => {
    const { status, headers } = await send('/graphql', {
      method: 'OPTIONS',
      headers: {
        origin: `http://${new URL(router.url).host}`,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      },
    });
    expect([status, headers['allow']]).toEqual([204, 'GET, POST, OPTIONS']);
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test('a preflight of another site is refused, so that the browser never sends the request', async () => {
    const { status, headers } = await send('/graphql', { method: 'OPTIONS', headers: { origin: 'https://elsewhere.example' } });
    expect(status).toBe(403);
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test('GET carries a query of a program without odd headers, and no mutation', async () => {
    const { status, bytes } = await get('{ people { name } }');
    expect([status, bytes.toString()]).toEqual([200, '{"data":{"people":[{"name":"Ann"},{"name":"Bo"}]}}']);
    const mutation = await get('mutation { addThing(label: "x") { label } }');
    expect([mutation.status, mutation.headers['allow']]).toEqual([405, 'POST']);
    expect(graph.things.seen).toEqual([]);
  });
});

describe('pages of other sites', () => {
  test.each([
    ['an <img>', () => get('{ people { name } }', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', accept: 'image/*' })],
    ['a form', () => post('{ people { name } }', { 'content-type': 'text/plain', 'sec-fetch-site': 'cross-site' })],
    ['another port', () => post('{ people { name } }', { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-site' })],
  ])('%s is refused before any service is asked', async (_, ask) => {
    const before = graph.people.seen.length;
    expect((await ask()).status).toBe(403);
    expect(graph.people.seen).toHaveLength(before);
  });

  test('are not the sandbox, which is of the same origin', async () => {
    const { status } = await post('{ people { name } }', { origin: router.url, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' });
    expect(status).toBe(200);
  });

  test('may link to the sandbox', async () => {
    const { status, headers } = await send('/graphql', {
      headers: { accept: 'text/html', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
    });
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  });
});

describe('compression', () => {
  const long = `{ ${Array.from({ length: 20 }, (_, i) => `${'alias'.repeat(10)}${i}: __typename`).join(' ')} }`;
  const decode = { br: brotliDecompressSync, gzip: gunzipSync };

  test.each(['br', 'gzip'] as const)('an answer of over 1 kB goes out as %s', async (coding) => {
    const plain = await post(long);
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.bytes.length).toBeGreaterThan(1_024);
    const { status, headers, bytes } = await post(long, { 'accept-encoding': coding });
    expect([status, headers['content-encoding'], headers['vary']]).toEqual([200, coding, 'accept, accept-encoding']);
    expect(headers['content-length']).toBe(String(bytes.length));
    expect(bytes.length).toBeLessThan(plain.bytes.length / 2);
    expect(decode[coding](bytes).toString()).toBe(plain.bytes.toString());
  });

  test('a short answer goes out as it is, unless the client takes no plain text', async () => {
    const plain = await post('{ __typename }', { 'accept-encoding': 'br, gzip' });
    expect([plain.headers['content-encoding'], plain.headers['vary']]).toEqual([undefined, 'accept, accept-encoding']);
    const { headers, bytes } = await post('{ __typename }', { 'accept-encoding': 'gzip, identity;q=0' });
    expect(headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(bytes).toString()).toBe('{"data":{"__typename":"Query"}}');
  });

  test('of an answer whose client leaves meanwhile harms nobody', async () => {
    const leave = new AbortController();
    const asked = request(`${router.url}/graphql`, {
      method: 'POST',
      headers: { ...signedIn, 'content-type': 'application/json', 'accept-encoding': 'br', 'x-request-id': 'left' },
      body: JSON.stringify({ query: long }),
      signal: leave.signal,
    });
    setImmediate(() => leave.abort());
    await asked.then(({ body }) => body.dump()).catch(() => undefined);
    expect((await post(long, { 'accept-encoding': 'br' })).status).toBe(200);
    expect(router.logged().filter(({ defect }) => defect !== undefined)).toEqual([]);
  });
});

test('a mutation whose result the client could not take does not take place', async () => {
  const before = graph.things.seen.length;
  for (const headers of [{ accept: 'text/csv' }, { accept: 'multipart/mixed;deferSpec=20220824' }, { 'accept-encoding': 'identity;q=0' }]) {
    expect((await post('mutation { addThing(label: "x") { label } }', headers as Record<string, string>)).status).toBe(406);
  }
  expect(graph.things.seen).toHaveLength(before);
});

describe('U+0000', () => {
  const person = 'query ($id: ID!) { person(id: $id) { name } }';
  test.each([
    ['in a variable', () => post(person, {}, { id: 'a\0' })],
    ['in a document', () => post(String.raw`{ person(id: "\u0000") { name } }`)],
    ['in a document, in braces', () => post(String.raw`{ person(id: "\u{000}") { name } }`)],
    ['in a variable by GET', () => get(person, {}, JSON.stringify({ id: 'a\0' }))],
    ['in a document by GET', () => get('{ person(id: "\0") { name } }')],
    ['in a document by GET, escaped', () => get(String.raw`{ person(id: "\u0000") { name } }`)],
  ])('%s is refused', async (_, ask) => {
    const { status, bytes } = await ask();
    expect([status, JSON.parse(bytes.toString())]).toMatchObject([400, { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] }]);
  });

  test('is not meant by what only looks like it', async () => {
    for (const id of [String.raw`\u0000`, '100%00']) expect((await post(person, {}, { id })).status).toBe(200);
  });
});

test('keys that name prototypes are variables like others', async () => {
  const body =
    '{"query":"query ($id: ID!) { person(id: $id) { name } }","variables":{"__proto__":{"id":"p1"},"constructor":"x","id":"p1","id":"p2"}}';
  const { bytes } = await send('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  expect(JSON.parse(bytes.toString())).toEqual({ data: { person: { name: 'Bo' } } });
  const onlyInherited = '{"query":"query ($id: ID!) { person(id: $id) { name } }","variables":{"__proto__":{"id":"p1"}}}';
  const refused = await send('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body: onlyInherited });
  expect(JSON.parse(refused.bytes.toString())).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
});

describe('the request id', () => {
  test.each([
    ['an answer', () => post('{ __typename }', { 'x-request-id': 'r-1' }), 200],
    ['a document that is wrong', () => post('{', { 'x-request-id': 'r-1' }), 200],
    ['a bad token', () => post('{ __typename }', { authorization: 'Bearer forged', 'x-request-id': 'r-1' }), 401],
    ['another site', () => post('{ __typename }', { origin: 'null', 'x-request-id': 'r-1' }), 403],
    ['an address where nothing is', () => send('/nowhere', { headers: { 'x-request-id': 'r-1' } }), 404],
    ['a method', () => send('/graphql', { method: 'PUT', headers: { 'x-request-id': 'r-1' } }), 405],
    ['OPTIONS', () => send('/graphql', { method: 'OPTIONS', headers: { 'x-request-id': 'r-1' } }), 204],
    ['a content-type', () => post('{ __typename }', { 'content-type': 'text/csv', 'x-request-id': 'r-1' }), 415],
    ['health', () => send('/health/live', { headers: { 'x-request-id': 'r-1' } }), 200],
  ])('is on the answer to %s, and in its errors', async (_, ask, expected) => {
    const { status, headers, bytes } = await ask();
    expect([status, headers['x-request-id']]).toEqual([expected, 'r-1']);
    const { errors = [] } = JSON.parse(bytes.toString() || '{}') as { errors?: { extensions: { requestId: string } }[] };
    expect(errors.map(({ extensions }) => extensions.requestId)).toEqual(errors.map(() => 'r-1'));
    if (status >= 400) expect(errors).toHaveLength(1);
  });

  test('goes on to the subgraphs', async () => {
    await post('{ people { name } }', { 'x-request-id': 'r-2' });
    expect(graph.people.seen.at(-1)?.headers['x-request-id']).toBe('r-2');
  });
});
