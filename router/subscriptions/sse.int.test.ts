import { createClient, NetworkError } from 'graphql-sse';
import type { Client, ExecutionResult } from 'graphql-sse';
import { describe, expect, test } from 'vitest';
import { asAnn, counterServer } from './testing/counter-server.ts';

const counter = {
  query: 'subscription Watch($room: ID!) { counter(room: $room) { value } }',
  operationName: 'Watch',
  variables: { room: 'r' },
};
const count = (value: number) => ({ data: { counter: { value } } });

const clientOf = (url: string, token = 'ann'): Client & Disposable => {
  const client = createClient({ url, headers: { authorization: `Bearer ${token}` }, retryAttempts: 0 });
  return Object.assign(client, { [Symbol.dispose]: () => client.dispose() });
};

async function collect(client: Client, query: string, onResult?: () => void): Promise<unknown[]> {
  const results: ExecutionResult<Record<string, unknown>, unknown>[] = [];
  await new Promise<void>((resolve, reject) => {
    client.subscribe(
      { query },
      {
        next: (result) => {
          results.push(result);
          onResult?.();
        },
        error: (error) => reject(error as Error),
        complete: resolve,
      },
    );
  });
  return results;
}

const get = (url: string, query: string, headers: Record<string, string> = asAnn) =>
  fetch(`${url}?${new URLSearchParams({ query })}`, { headers: { accept: 'text/event-stream', ...headers } });

describe('over SSE', () => {
  test('a subscription brings the current state and what follows, and leaving it closes its upstream', async () => {
    await using server = await counterServer();
    using client = clientOf(server.url);
    server.graph.count('r', 3);
    const results = client.iterate(counter);
    expect((await results.next()).value).toEqual(count(3));
    const next = results.next();
    server.graph.count('r', 4);
    expect((await next).value).toEqual(count(4));
    await results.return?.();
    await server.graph.untilOpen('r', 0);
    expect(await server.untilLogged('subscription')).toMatchObject([
      { operation: 'Watch', role: 'FRONT_DESK', outcome: 'ok', protocol: 'sse', ended: 'client left', events: 2 },
    ]);
  });

  test('queries and mutations run too', async () => {
    await using server = await counterServer();
    using client = clientOf(server.url);
    expect(await collect(client, '{ hello }')).toEqual([{ data: { hello: 'Hello world' } }]);
    expect(await collect(client, 'mutation { add(room: "q", by: 2) }')).toEqual([{ data: { add: 2 } }]);
    expect(await server.untilLogged('request', 2)).toMatchObject([{ operation: 'query' }, { operation: 'mutation', protocol: 'sse' }]);
  });

  test('GET works for what changes nothing', async () => {
    await using server = await counterServer();
    const query = await get(server.url, '{ hello }');
    expect(query.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(query.headers.get('cache-control')).toContain('no-store');
    expect(await query.text()).toBe(':\n\nevent: next\ndata: {"data":{"hello":"Hello world"}}\n\nevent: complete\ndata:\n\n');
    expect(await (await get(server.url, 'mutation { add(room: "q", by: 2) }')).text()).toContain('"code":"BAD_REQUEST"');
    expect(server.graph.contexts).toHaveLength(1);
  });

  test.each([
    ['{', 'GRAPHQL_PARSE_FAILED'],
    ['subscription { nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['subscription { forbidden }', 'FORBIDDEN'],
  ])('%s is refused in an event, with a code and the request id', async (query, code) => {
    await using server = await counterServer();
    const response = await get(server.url, query, { ...asAnn, 'x-request-id': 'mine' });
    expect([response.status, response.headers.get('x-request-id')]).toEqual([200, 'mine']);
    const text = await response.text();
    expect(text).toContain(`"extensions":{"code":"${code}","requestId":"mine"}`);
    expect(text.endsWith('event: complete\ndata:\n\n')).toBe(true);
  });

  test('a subscription whose upstream breaks ends with a code', async () => {
    await using server = await counterServer();
    using client = clientOf(server.url);
    const results = await collect(client, 'subscription { counter(room: "r") { value } }', () => server.graph.breakRoom('r'));
    expect(results).toMatchObject([count(0), { errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] }]);
  });

  test('a quiet stream shows signs of life', async () => {
    await using server = await counterServer({ limits: { heartbeatMs: 20 } });
    const response = await get(server.url, 'subscription { counter(room: "r") { value } }');
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk as Uint8Array).toString();
      if (text.split('\n').filter((line) => line === ':').length >= 5) break;
    }
    expect(text.match(/event: next/g)).toHaveLength(1);
  });

  test('a token that ends ends the stream with a code', async () => {
    await using server = await counterServer();
    using client = clientOf(server.url, 'brief');
    const results = await collect(client, 'subscription { counter(room: "r") { value } }');
    expect(results).toMatchObject([count(0), { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] }]);
    expect(server.graph.open('r')).toBe(0);
    expect(await server.untilLogged('subscription')).toMatchObject([{ ended: 'token ended' }]);
  });

  test('an unknown token is refused with 401', async () => {
    await using server = await counterServer();
    using client = clientOf(server.url, 'eve');
    const error = await collect(client, '{ hello }').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NetworkError);
    const { response } = error as NetworkError<Response>;
    expect([response?.status, response?.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await server.untilLogged('request')).toMatchObject([{ status: 401, outcome: 'refused', codes: ['UNAUTHENTICATED'] }]);
  });

  test('a page of another site is refused, unless it is listed', async () => {
    await using server = await counterServer({ allowedOrigins: ['https://app.example'] });
    expect((await get(server.url, '{ hello }', { ...asAnn, origin: 'https://evil.example' })).status).toBe(403);
    expect((await get(server.url, '{ hello }', { ...asAnn, origin: 'https://app.example' })).status).toBe(200);
    expect((await get(server.url, '{ hello }', { ...asAnn, origin: new URL(server.url).origin })).status).toBe(200);
  });

  test.each<[number, RequestInit]>([
    [400, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":' }],
    [400, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":1}' }],
    [400, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '[{"query":"{ hello }"}]' }],
    [400, { method: 'GET' }],
    [413, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query: 'x'.repeat(1_100_000) }) }],
    [415, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{"query":"{ hello }"}' }],
  ])('what carries no operation is refused with %i', async (status, init) => {
    await using server = await counterServer();
    const response = await fetch(server.url, { ...init, headers: { accept: 'text/event-stream', ...asAnn, ...init.headers } });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST', requestId: expect.any(String) } }] });
  });

  test('so many streams are of one caller', async () => {
    await using server = await counterServer({ limits: { connectionsPerCaller: 1 } });
    using client = clientOf(server.url);
    const stream = client.iterate(counter);
    await stream.next();
    expect((await get(server.url, '{ hello }')).status).toBe(429);
    expect((await get(server.url, '{ hello }', { authorization: 'Bearer bo' })).status).toBe(200);
    await stream.return?.();
    await server.untilLogged('subscription');
    expect((await get(server.url, '{ hello }')).status).toBe(200);
  });

  test('stopping the router completes every stream', async () => {
    await using server = await counterServer();
    using client = clientOf(server.url);
    const results = await collect(client, 'subscription { counter(room: "r") { value } }', () => void server.close());
    expect(results).toEqual([count(0)]);
    expect(server.graph.open('r')).toBe(0);
    await server.close();
  });
});
