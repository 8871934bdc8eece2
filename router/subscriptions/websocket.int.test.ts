import { createClient } from 'graphql-ws';
import type { Client, FormattedExecutionResult } from 'graphql-ws';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { counterServer } from './testing/counter-server.ts';

const counter = {
  query: 'subscription Watch($room: ID!) { counter(room: $room) { value } }',
  operationName: 'Watch',
  variables: { room: 'r' },
};
const count = (value: number) => ({ data: { counter: { value } } });

function clientOf(url: string, token = 'ann', onClosed?: (code: number) => void): Client & Disposable {
  const client = createClient({
    url,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    lazyCloseTimeout: 0,
    ...(onClosed && { on: { closed: (event) => onClosed((event as CloseEvent).code) } }),
  });
  return Object.assign(client, { [Symbol.dispose]: () => void client.dispose() });
}

/** How a subscription of the client ends: its results, then `complete`, or the errors or close that ended it. */
function collect(
  client: Client,
  operation: { query: string; variables?: Record<string, unknown> },
  onResult?: (result: FormattedExecutionResult) => void,
) {
  const results: FormattedExecutionResult[] = [];
  const end = new Promise<unknown>((resolve) => {
    client.subscribe(operation, {
      next: (result) => {
        results.push(result as FormattedExecutionResult);
        onResult?.(result as FormattedExecutionResult);
      },
      error: resolve,
      complete: () => resolve('complete'),
    });
  });
  return { results, end };
}

describe('over a WebSocket', () => {
  test('a subscription brings the current state and what follows, and leaving it closes its upstream', async () => {
    await using server = await counterServer();
    using client = clientOf(server.socketUrl);
    server.graph.count('r', 3);
    const results = client.iterate(counter);
    expect((await results.next()).value).toEqual(count(3));
    const next = results.next();
    server.graph.count('r', 4);
    expect((await next).value).toEqual(count(4));
    await results.return?.();
    await server.graph.untilOpen('r', 0);
    expect(await server.untilLogged('subscription')).toMatchObject([
      { operation: 'Watch', role: 'FRONT_DESK', outcome: 'ok', protocol: 'websocket', ended: 'client left', events: 2 },
    ]);
    expect(JSON.stringify(server.logged())).not.toContain('room');
  });

  test('queries and mutations run too, each with a request id and a log line of its own', async () => {
    await using server = await counterServer();
    using client = clientOf(server.socketUrl);
    const hello = collect(client, { query: 'query Hi { hello }', operationName: 'Hi' } as { query: string });
    expect([await hello.end, hello.results]).toEqual(['complete', [{ data: { hello: 'Hello world' } }]]);
    const add = collect(client, { query: 'mutation { add(room: "q", by: 2) }' });
    expect([await add.end, add.results]).toEqual(['complete', [{ data: { add: 2 } }]]);
    const lines = await server.untilLogged('request', 2);
    expect(lines).toMatchObject([
      { operation: 'Hi', outcome: 'ok', protocol: 'websocket', ended: 'completed' },
      { operation: 'mutation', outcome: 'ok' },
    ]);
    expect(new Set(lines.map(({ requestId }) => requestId)).size).toBe(2);
    expect(server.graph.contexts.map(({ requestId }) => requestId)).toEqual(lines.map(({ requestId }) => requestId));
  });

  test('several operations share one socket', async () => {
    await using server = await counterServer();
    using client = clientOf(server.socketUrl);
    const [r, s] = [client.iterate(counter), client.iterate({ ...counter, variables: { room: 's' } })];
    expect([(await r.next()).value, (await s.next()).value]).toEqual([count(0), count(0)]);
    const next = s.next();
    server.graph.count('s', 1);
    expect((await next).value).toEqual(count(1));
  });

  test.each([
    ['{', 'GRAPHQL_PARSE_FAILED'],
    ['subscription { nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['subscription { forbidden }', 'FORBIDDEN'],
    ['{ hello(name: "\\u0000") }', 'BAD_USER_INPUT'],
  ])('%s is refused with a code and a request id, and the socket lives on', async (query, code) => {
    await using server = await counterServer();
    using client = clientOf(server.socketUrl);
    expect(await collect(client, { query }).end).toMatchObject([{ extensions: { code, requestId: expect.any(String) } }]);
    expect(await collect(client, { query: '{ hello }' }).end).toBe('complete');
  });

  test('a subscription whose upstream breaks ends with a code', async () => {
    await using server = await counterServer();
    using client = clientOf(server.socketUrl);
    const { end } = collect(client, counter, () => server.graph.breakRoom('r'));
    expect(await end).toMatchObject([{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }]);
    expect(await server.untilLogged('subscription')).toMatchObject([{ outcome: 'failed', codes: ['SUBGRAPH_UNAVAILABLE'], events: 2 }]);
  });

  test('a hundred subscriptions of one caller, on many sockets, share one upstream', async () => {
    await using server = await counterServer();
    const clients = Array.from({ length: 20 }, () => clientOf(server.socketUrl));
    const streams = clients.flatMap((client) => Array.from({ length: 5 }, () => client.iterate(counter)));
    const nextOfEach = () => Promise.all(streams.map(async (stream): Promise<unknown> => (await stream.next()).value));
    expect(await nextOfEach()).toEqual(streams.map(() => count(0)));
    const next = nextOfEach();
    server.graph.count('r', 1);
    expect(await next).toEqual(streams.map(() => count(1)));
    expect(server.graph.opened).toBe(1);
    for (const client of clients) await client.dispose();
    await server.graph.untilOpen('r', 0);
  });

  test('stopping the router sends clients away with 1001, and a client that comes back finds another one', async () => {
    await using server = await counterServer();
    const codes: number[] = [];
    using client = clientOf(server.socketUrl, 'ann', (code) => codes.push(code));
    const { end } = collect(client, counter, () => void server.close());
    expect(await end).toMatchObject({ code: 1001 });
    expect(codes).toEqual([1001]);
    expect(server.graph.open('r')).toBe(0);
    expect(server.logged().find(({ msg }) => msg === 'subscription')).toMatchObject({ ended: 'shutting down' });
  });
});

describe('a token', () => {
  test('that ends ends every operation with a code, then the socket; the client may come back', async () => {
    await using server = await counterServer();
    let closed: (code: number) => void = () => undefined;
    const code = new Promise<number>((resolve) => {
      closed = resolve;
    });
    using client = clientOf(server.socketUrl, 'brief', (with_) => closed(with_));
    const ends = [collect(client, counter).end, collect(client, { ...counter, variables: { room: 's' } }).end];
    for (const end of ends) expect(await end).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(await code).toBe(4403);
    expect(server.graph.open('r')).toBe(0);
    expect(await server.untilLogged('subscription', 2)).toMatchObject([
      { ended: 'token ended', codes: ['UNAUTHENTICATED'] },
      { ended: 'token ended', codes: ['UNAUTHENTICATED'] },
    ]);
  });

  test('that ends lets a query finish that began with it', async () => {
    await using server = await counterServer();
    using client = clientOf(server.socketUrl, 'brief');
    const slow = collect(client, { query: '{ slow }' });
    await server.graph.slowAsked;
    expect(await collect(client, counter).end).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    server.graph.releaseSlow();
    expect([await slow.end, slow.results]).toEqual(['complete', [{ data: { slow: 'at last' } }]]);
  });

  test('of one member that ends leaves the others alone', async () => {
    await using server = await counterServer();
    using brief = clientOf(server.socketUrl, 'brief');
    using lasting = clientOf(server.socketUrl, 'ann');
    const stream = lasting.iterate(counter);
    await stream.next();
    expect(await collect(brief, counter).end).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    const next = stream.next();
    server.graph.count('r', 1);
    expect((await next).value).toEqual(count(1));
    expect(server.graph.opened).toBe(1);
  });
});
