import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';
import { counterServer } from './testing/counter-server.ts';
import { rawSocket, readySocket } from './testing/raw-socket.ts';

const watch = (id: string, room = 'r', fields = 'value') => ({
  id,
  type: 'subscribe',
  payload: { query: `subscription { counter(room: "${room}") { ${fields} } }` },
});
const init = (payload?: object) => ({ type: 'connection_init', ...(payload && { payload }) });

/** What HTTP answers to an upgrade that is refused. */
async function refusal(url: string, options: ClientOptions): Promise<{ status: number | undefined; body: unknown; headers: object }> {
  const socket = new WebSocket(url, 'graphql-transport-ws', options);
  socket.on('error', () => undefined);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, import('node:http').IncomingMessage];
  const chunks = await response.toArray();
  return { status: response.statusCode, headers: response.headers, body: JSON.parse(Buffer.concat(chunks as Buffer[]).toString()) };
}

describe('who opens a socket', () => {
  test.each([
    ['in connection_init', {}, { authorization: 'Bearer bo' }],
    ['in headers of connection_init', {}, { headers: { Authorization: 'Bearer bo' } }],
    ['in the header of the upgrade', { headers: { authorization: 'Bearer bo' } }, undefined],
    ['in both: connection_init counts', { headers: { authorization: 'Bearer ann' } }, { authorization: 'Bearer bo' }],
  ])('says so %s', async (_, options, payload) => {
    await using server = await counterServer();
    using client = await rawSocket(server.socketUrl, options);
    client.send(init(payload));
    expect(await client.next()).toEqual({ type: 'connection_ack' });
    client.send({ id: '1', type: 'subscribe', payload: { query: '{ whoami }' } });
    expect(await client.next()).toEqual({ id: '1', type: 'next', payload: { data: { whoami: 'bo' } } });
  });

  test.each([
    ['nobody', undefined, 4401],
    ['somebody unknown', { authorization: 'Bearer eve' }, 4403],
    ['nonsense', { authorization: 'ann' }, 4403],
    ['somebody while the issuer cannot be reached', { authorization: 'Bearer unlucky' }, 1013],
  ])('as %s is closed with a code', async (_, payload, code) => {
    await using server = await counterServer();
    using client = await rawSocket(server.socketUrl);
    client.send(init(payload));
    expect((await client.closed).code).toBe(code);
  });

  test('need not say so when nobody is asked', async () => {
    await using server = await counterServer({ verifyToken: null });
    using client = await rawSocket(server.socketUrl);
    client.send(init({ authorization: 'whatever' }));
    expect(await client.next()).toEqual({ type: 'connection_ack' });
  });

  test('with a bad token in the header is refused by HTTP, with a log line', async () => {
    await using server = await counterServer();
    const { status, body, headers } = await refusal(server.socketUrl, { headers: { authorization: 'Bearer eve' } });
    expect([status, headers]).toMatchObject([401, { 'www-authenticate': 'Bearer' }]);
    expect(body).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED', requestId: expect.any(String) } }] });
    expect(await server.untilLogged('request')).toMatchObject([{ status: 401, outcome: 'refused', codes: ['UNAUTHENTICATED'] }]);
  });

  test('from a page of another site is refused, unless it is listed', async () => {
    await using server = await counterServer({ allowedOrigins: ['https://app.example'] });
    expect(await refusal(server.socketUrl, { origin: 'https://evil.example' })).toMatchObject({
      status: 403,
      body: { errors: [{ extensions: { code: 'FORBIDDEN' } }] },
    });
    using listed = await rawSocket(server.socketUrl, { origin: 'https://app.example' });
    using same = await rawSocket(server.socketUrl, { origin: new URL(server.url).origin });
    expect([listed, same].map(({ socket }) => socket.readyState)).toEqual([WebSocket.OPEN, WebSocket.OPEN]);
  });

  test('at another path is told where GraphQL is', async () => {
    await using server = await counterServer();
    expect(await refusal(server.socketUrl.replace('/graphql', '/other'), {})).toMatchObject({ status: 404 });
  });
});

describe('a client that breaks the protocol is closed', () => {
  test.each<[string, unknown[], number]>([
    ['with 4401 when it subscribes before it is acknowledged', [watch('1')], 4401],
    ['with 4429 when it initialises twice', [init({ authorization: 'Bearer ann' }), init()], 4429],
    ['with 4409 when it uses an id twice', [init({ authorization: 'Bearer ann' }), 'wait', watch('1'), watch('1')], 4409],
    ['with 4400 when it sends no JSON', ['nonsense'], 4400],
    ['with 4400 when it sends bytes', [Buffer.from('{"type":"ping"}')], 4400],
    [
      "with 4400 when it sends a server's message",
      [
        { id: '1', type: 'complete' },
        { id: '1', type: 'next', payload: {} },
      ],
      4400,
    ],
    ['with 1009 when a message is too long', [{ type: 'ping', payload: { x: 'x'.repeat(1_100_000) } }], 1009],
  ])('%s', async (_, messages, code) => {
    await using server = await counterServer();
    using client = await rawSocket(server.socketUrl);
    for (const message of messages) {
      if (message === 'wait') await client.next();
      else client.send(message);
    }
    expect((await client.closed).code).toBe(code);
    await server.graph.untilOpen('r', 0);
  });

  test('with 4406 when it names no subprotocol that is spoken here, whatever it sends', async () => {
    await using server = await counterServer();
    const socket = new WebSocket(server.socketUrl, []);
    await once(socket, 'open');
    socket.send('x'.repeat(1_100_000));
    const [code] = (await once(socket, 'close')) as [number];
    expect([4406, 1009]).toContain(code);
    using next = await readySocket(server.socketUrl);
    expect(next.socket.readyState).toBe(WebSocket.OPEN);
  });

  test('with 4408 when it says nothing', async () => {
    await using server = await counterServer({ limits: { initMs: 50 } });
    using client = await rawSocket(server.socketUrl);
    expect((await client.closed).code).toBe(4408);
  });

  test('with 1000 when it has had nothing to do for long, not while it has', async () => {
    await using server = await counterServer({ limits: { idleMs: 100, heartbeatMs: 20 } });
    using idle = await readySocket(server.socketUrl);
    using busy = await readySocket(server.socketUrl);
    busy.send(watch('1'));
    expect(await idle.closed).toEqual({ code: 1000, reason: 'Idle' });
    expect(busy.socket.readyState).toBe(WebSocket.OPEN);
    await busy.next();
    busy.send({ id: '1', type: 'complete' });
    expect((await busy.closed).code).toBe(1000);
  });
});

describe('a client that is', () => {
  test('pinging is answered with what it sent', async () => {
    await using server = await counterServer();
    using client = await rawSocket(server.socketUrl);
    client.send({ type: 'ping', payload: { n: 1 } });
    expect(await client.next()).toEqual({ type: 'pong', payload: { n: 1 } });
  });

  test('gone without a word leaves nothing open', async () => {
    await using server = await counterServer();
    using client = await readySocket(server.socketUrl);
    client.send(watch('1'));
    await server.graph.untilOpen('r', 1);
    client.socket.terminate();
    await server.graph.untilOpen('r', 0);
    expect(await server.untilLogged('subscription')).toMatchObject([{ ended: 'client left' }]);
  });

  test('dead, so that no ping comes back, is cut off', async () => {
    await using server = await counterServer({ limits: { heartbeatMs: 50 } });
    using client = await readySocket(server.socketUrl, { autoPong: false });
    client.send(watch('1'));
    await client.next();
    expect((await client.closed).code).toBe(1006);
    await server.graph.untilOpen('r', 0);
  });

  test('alive and quiet stays', async () => {
    await using server = await counterServer({ limits: { heartbeatMs: 20 } });
    using client = await readySocket(server.socketUrl);
    client.send(watch('1'));
    await client.next();
    for (let ping = 0; ping < 5; ping += 1) await once(client.socket, 'ping');
    server.graph.count('r', 1);
    expect(await client.next()).toMatchObject({ payload: { data: { counter: { value: 1 } } } });
  });

  test('not reading stops the production of results for it and is cut off', async () => {
    await using server = await counterServer({ limits: { heartbeatMs: 100, slowMs: 500 } });
    using client = await readySocket(server.socketUrl);
    client.send(watch('1', 'r', 'value text'));
    await client.next();
    client.socket.pause();
    const results = 500;
    for (let n = 1; n <= results; n += 1) server.graph.count('r', n, 'x'.repeat(200_000));
    await server.graph.untilOpen('r', 0);
    expect(server.graph.pulled).toBeLessThan(results / 2);
    expect(await server.untilLogged('subscription')).toMatchObject([{ ended: 'too slow' }]);
    client.socket.resume();
    expect((await client.closed).code).toBe(1006);
  });

  test('sending pings and reading no pongs is cut off', async () => {
    await using server = await counterServer({ limits: { bufferedBytes: 10_000 } });
    using client = await readySocket(server.socketUrl);
    client.send(watch('1'));
    await client.next();
    client.socket.pause();
    const ping = JSON.stringify({ type: 'ping', payload: { x: 'x'.repeat(500_000) } });
    for (let n = 0; n < 100 && server.graph.open('r') > 0; n += 1) await new Promise((resolve) => client.socket.send(ping, resolve));
    expect(await server.untilLogged('subscription')).toMatchObject([{ ended: 'too slow' }]);
  });

  test('leaving a query that runs cancels it', async () => {
    await using server = await counterServer();
    using client = await readySocket(server.socketUrl);
    client.send({ id: '1', type: 'subscribe', payload: { query: '{ slow }' } });
    await server.graph.slowAsked;
    client.send({ id: '1', type: 'complete' });
    client.send({ id: '1', type: 'subscribe', payload: { query: '{ hello }' } });
    expect(await client.next()).toMatchObject({ id: '1', payload: { data: { hello: 'Hello world' } } });
    expect(server.graph.contexts[0]?.life.clientLeft).toBe(true);
    server.graph.releaseSlow();
    expect(await client.next()).toEqual({ id: '1', type: 'complete' });
  });
});

describe('at most', () => {
  test('so many operations run on one socket; one that ends makes room', async () => {
    await using server = await counterServer({ limits: { operationsPerSocket: 2 } });
    using client = await readySocket(server.socketUrl);
    for (const id of ['1', '2']) client.send(watch(id));
    await client.next();
    await client.next();
    client.send(watch('3'));
    expect(await client.next()).toMatchObject({ id: '3', type: 'error', payload: [{ extensions: { code: 'TOO_MANY_CONNECTIONS' } }] });
    client.send({ id: '1', type: 'complete' });
    client.send(watch('3'));
    expect(await client.next()).toMatchObject({ id: '3', type: 'next' });
  });

  test('so many operations run on one socket, also when each is left at once', async () => {
    await using server = await counterServer({ limits: { operationsPerSocket: 2 } });
    using client = await readySocket(server.socketUrl);
    for (const id of ['1', '2', '3']) {
      client.send({ id, type: 'subscribe', payload: { query: '{ slow }' } });
      client.send({ id, type: 'complete' });
    }
    expect(await client.next()).toMatchObject({ id: '3', type: 'error', payload: [{ extensions: { code: 'TOO_MANY_CONNECTIONS' } }] });
    expect(server.graph.contexts).toHaveLength(2);
    server.graph.releaseSlow();
  });

  test('so many sockets are of one caller; another caller still gets in', async () => {
    await using server = await counterServer({ limits: { connectionsPerCaller: 1 } });
    using first = await readySocket(server.socketUrl);
    using second = await rawSocket(server.socketUrl);
    second.send(init({ authorization: 'Bearer ann' }));
    expect(await second.closed).toEqual({ code: 1013, reason: 'Too many connections' });
    using other = await rawSocket(server.socketUrl);
    other.send(init({ authorization: 'Bearer bo' }));
    expect(await other.next()).toEqual({ type: 'connection_ack' });
    first.socket.close();
    await first.closed;
    using again = await readySocket(server.socketUrl);
    expect(again.socket.readyState).toBe(WebSocket.OPEN);
  });

  test('so many sockets are open at all', async () => {
    await using server = await counterServer({ limits: { connections: 1 } });
    using first = await rawSocket(server.socketUrl);
    expect(await refusal(server.socketUrl, {})).toMatchObject({
      status: 503,
      body: { errors: [{ extensions: { code: 'TOO_MANY_CONNECTIONS' } }] },
    });
    first.socket.close();
    await first.closed;
    using again = await rawSocket(server.socketUrl);
    expect(again.socket.readyState).toBe(WebSocket.OPEN);
  });
});
