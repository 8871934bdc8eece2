import { afterAll, beforeAll, expect, test } from 'vitest';
import { graphqlCodes, requestCodes } from '#chassis/errors.ts';
import { peopleGraph } from './testing/people-graph.ts';
import type { PeopleGraph } from './testing/people-graph.ts';
import { testRouter } from './testing/test-router.ts';
import type { TestRouter } from './testing/test-router.ts';

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

const json = { 'content-type': 'application/json' };
const good = { ...json, authorization: 'Bearer good' };
const post = (body: unknown, headers: Record<string, string> = good): RequestInit => ({
  method: 'POST',
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const hash = { persistedQuery: { version: 1, sha256Hash: '0'.repeat(64) } };

const refusals: [string, number, string, RequestInit][] = [
  ['a bad token', 401, 'UNAUTHENTICATED', post({ query: '{ __typename }' }, { ...json, authorization: 'Bearer forged' })],
  ['no token', 401, 'UNAUTHENTICATED', post({ query: '{ people { name } }' }, json)],
  ['a form', 415, 'BAD_REQUEST', post('{}', { ...good, 'content-type': 'text/plain' })],
  ['a page of another site', 403, 'BAD_REQUEST', post('{}', { ...good, origin: 'https://elsewhere.example' })],
  ['a compressed body', 415, 'BAD_REQUEST', post('{}', { ...good, 'content-encoding': 'gzip' })],
  ['an accept-encoding that nothing fits', 406, 'BAD_REQUEST', post('{}', { ...good, 'accept-encoding': 'zstd, identity;q=0' })],
  ['an accept that nothing fits', 406, 'BAD_REQUEST', post({ query: '{ people { name } }' }, { ...good, accept: 'text/csv' })],
  ['a body that is not JSON', 400, 'BAD_REQUEST', post('{')],
  ['a body that is no object', 400, 'BAD_REQUEST', post('"text"')],
  ['a body that is too long', 413, 'BAD_REQUEST', post({ query: 'x'.repeat(1_100_000) })],
  ['a batch', 400, 'BAD_REQUEST', post([{ query: '{ __typename }' }])],
  ['a query that is no text', 400, 'BAD_REQUEST', post({ query: 5 })],
  ['variables that are no object', 400, 'BAD_REQUEST', post({ query: '{ __typename }', variables: 'x' })],
  ['no query', 400, 'BAD_REQUEST', post({})],
  ['U+0000', 400, 'BAD_USER_INPUT', post({ query: '{ __typename }', variables: { a: '\0' } })],
  ['a method that is neither GET nor POST', 405, 'BAD_REQUEST', { method: 'PUT', headers: good, body: '{}' }],
  ['a hash only', 200, 'PERSISTED_QUERY_NOT_SUPPORTED', post({ extensions: hash })],
  [
    'an unknown operation name',
    200,
    'OPERATION_RESOLUTION_FAILURE',
    post({ query: 'query A { __typename } query B { __typename }', operationName: 'C' }),
  ],
];

test.each(refusals)('%s is refused with %d %s, the request id, and a log line with the code', async (what, status, code, init) => {
  const requestId = what.replaceAll(/[^\w]/g, '-');
  const response = await fetch(`${router.url}/graphql`, { ...init, headers: { ...init.headers, 'x-request-id': requestId } });
  const { errors } = (await response.json()) as { errors: { extensions: object }[] };
  expect([response.status, errors.map(({ extensions }) => extensions)]).toEqual([status, [{ code, requestId }]]);
  expect(Object.keys({ ...graphqlCodes, ...requestCodes })).toContain(code);
  await expect
    .poll(() => router.logged().filter((line) => line['msg'] === 'request' && line['requestId'] === requestId))
    .toEqual([expect.objectContaining({ requestId, outcome: 'refused', codes: [code], status })]);
  expect(graph.people.seen).toEqual([]);
});

test('an address where nothing is answers with the id that is in its header', async () => {
  const response = await fetch(`${router.url}/nowhere`);
  expect(response.status).toBe(404);
  const requestId = response.headers.get('x-request-id');
  expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND', requestId } }] });
});
