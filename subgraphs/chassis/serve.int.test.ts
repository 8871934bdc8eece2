import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createVisitSubgraph } from '../visit/server.ts';
import type { VisitContext } from '../visit/context.ts';
import { maxRepresentations } from './entity-cap.ts';
import type { HttpServer } from './http.ts';
import { deriveLinkKeys, internalTokenHeader, linkKey, signInternalToken } from './internal-token.ts';
import { serveSubgraph } from './serve.ts';
import type { Subgraph } from './subgraph.ts';
import { testSubgraph, type TestSubgraph } from './testing/test-subgraph.ts';

// What a subgraph takes over HTTP, and from whom.

const linkKeys = deriveLinkKeys('test', ['router>visit', 'appointment>visit']);
let graph: TestSubgraph<Subgraph<VisitContext>>;
let http: HttpServer;

beforeAll(async () => {
  graph = await testSubgraph('visit', createVisitSubgraph);
  http = await serveSubgraph(graph.subgraph, { port: 0, linkKeys, log: pino({ level: 'silent' }) });
});
afterAll(async () => {
  await http.close();
  await graph[Symbol.asyncDispose]();
});

const tokenFor = (body: string, from = 'router'): string =>
  signInternalToken(
    { from, to: 'visit', requestId: 'r1', caller: { role: 'SYSTEM', subject: 'test', scopes: [] } },
    body,
    linkKey(linkKeys, from, 'visit'),
  );
const send = (path: string, body: string, headers: Record<string, string>) =>
  fetch(`${http.url}${path}`, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });

describe('a token is good for the body that it was made for, and no other', () => {
  const query = JSON.stringify({ query: '{ __typename }' });
  const subscription = JSON.stringify({ query: 'subscription { visitUpdated(visitId: "vis_1") { id } }' });
  const events = JSON.stringify({ source: 'appointment', events: [], caughtUp: true });
  const stream = { accept: 'text/event-stream' };

  test.each<[string, string, string, Record<string, string>, string]>([
    ['an operation', '/graphql', query, {}, 'router'],
    ['a subscription', '/graphql', subscription, stream, 'router'],
    ['events', '/events', events, { 'x-event-source': 'appointment' }, 'appointment'],
  ])('%s', async (_, path, body, headers, from) => {
    const good = await send(path, body, { ...headers, [internalTokenHeader]: tokenFor(body, from) });
    expect(good.status).toBe(200);
    await good.body?.cancel();
    const other = await send(path, `${body} `, { ...headers, [internalTokenHeader]: tokenFor(body, from) });
    expect(other.status).toBe(401);
  });

  test('a query in the URL, which no token is bound to, is refused', async () => {
    const answer = await fetch(`${http.url}/graphql?query={__typename}`, { headers: { [internalTokenHeader]: tokenFor('') } });
    expect(answer.status).toBe(405);
  });

  test.each(['{ _service { sdl } }', '{ __schema { queryType { name } } }', '{ _entities(representations: []) { __typename } }'])(
    '%s is answered to nobody without a token',
    async (text) => {
      expect((await send('/graphql', JSON.stringify({ query: text }), {})).status).toBe(401);
    },
  );
});

test('of one request at most a thousand entities are taken, over all its aliases', async () => {
  const entities = async (first: number, second: number) => {
    const representations = (count: number) => Array.from({ length: count }, () => ({ __typename: 'Visit', id: 'vis_1' }));
    const body = JSON.stringify({
      query: `query ($a: [_Any!]!, $b: [_Any!]!) {
        a: _entities(representations: $a) { __typename }
        b: _entities(representations: $b) { __typename }
      }`,
      variables: { a: representations(first), b: representations(second) },
    });
    const answer = (await (await send('/graphql', body, { [internalTokenHeader]: tokenFor(body) })).json()) as {
      errors?: { extensions: { code: string } }[];
    };
    return answer.errors?.map(({ extensions }) => extensions.code);
  };
  expect(await entities(maxRepresentations - 1, 1)).toBeUndefined();
  expect(await entities(maxRepresentations, 1)).toEqual(['BAD_USER_INPUT']);
});
