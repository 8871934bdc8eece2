import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { buildSchema, subscribe } from 'graphql';
import { createHandler } from 'graphql-sse/lib/use/http';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { ask, collect, testContext } from '../testing/hand-fed-transport.ts';
import { subgraphClient } from './client.ts';
import { httpTransport } from './http-transport.ts';
import type { HttpTransportOptions } from './http-transport.ts';

/** A client of the server, over real sockets. */
async function clientOf(server: Server, options: Partial<HttpTransportOptions> = {}) {
  if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const transport = httpTransport({ url: `http://127.0.0.1:${port}/graphql`, maxAnswerBytes: 10_000, ...options });
  const client = subgraphClient({
    service: 'things',
    transport,
    identify: () => () => ({ 'x-who': 'me' }),
    log: pino({ level: 'silent' }),
  });
  return {
    transport,
    query: (deadlineMs = 10_000) => client(ask('query'), testContext({ deadlineMs })),
    mutate: () => client(ask('mutation'), testContext()),
    subscribe: (signal = new AbortController().signal, asked = ask('subscription')) =>
      client.subscribe(asked, testContext({ requestId: 'r9' }), signal),
    async [Symbol.asyncDispose]() {
      await transport.close();
      server.close();
      if ('closeAllConnections' in server) (server as ReturnType<typeof createServer>).closeAllConnections();
    },
  };
}

const serving = (listener: RequestListener) => clientOf(createServer(listener));
const good = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{"things":[]}}');
/** Something that a test waits for. */
function happening() {
  let resolve = () => undefined as void;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve: () => resolve() };
}
const goodAnswer = { data: { things: [] } };
const unavailable = { code: 'SUBGRAPH_UNAVAILABLE' };

describe('a connection that is kept', () => {
  /** Answers the first request of each connection and cuts the line at the second. */
  const closesAtSecondRequest = () => {
    const sockets = new Set<Socket>();
    const server = createServer((request, response) => {
      if (sockets.has(request.socket)) request.socket.destroy();
      else good(response);
      sockets.add(request.socket);
    });
    return { server, connections: () => sockets.size };
  };

  test('is closed by the service in the moment it is used again: a query does not notice', async () => {
    const { server, connections } = closesAtSecondRequest();
    await using client = await clientOf(server, { connections: 1 });
    expect(await client.query()).toEqual(goodAnswer);
    expect(await client.query()).toEqual(goodAnswer);
    expect(connections()).toBe(2);
  });

  test('and a mutation is not sent twice: it may have been heard', async () => {
    const { server, connections } = closesAtSecondRequest();
    await using client = await clientOf(server, { connections: 1 });
    await client.query();
    expect(await client.mutate()).toEqual(unavailable);
    expect(connections()).toBe(1);
  });

  test.each<[string, Partial<HttpTransportOptions>, string]>([
    ['by its own limit', { idleMs: 100 }, ''],
    ['a second before a service that is quicker', {}, 'keep-alive: timeout=3\r\n'],
  ])('is closed by the router when nobody uses it, %s, so that no mutation meets a closing one', async (_, options, header) => {
    const sockets: Socket[] = [];
    const server = createTcpServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.once('data', () => socket.write(`HTTP/1.1 200 OK\r\n${header}content-length: 22\r\n\r\n{"data":{"things":[]}}`));
    });
    await using client = await clientOf(server, options);
    await client.query();
    const [socket] = sockets;
    if (socket && !socket.readableEnded) await once(socket, 'end');
    expect(socket?.readableEnded).toBe(true); // the router's FIN; this server never closes
  });
});

describe('an answer', () => {
  test.each<[string, (response: ServerResponse) => void, object]>([
    ['that stops in the middle', (r) => r.writeHead(200, { 'content-length': 100 }).write('{"data":', () => r.destroy()), unavailable],
    ['that is not UTF-8', (r) => r.end(Buffer.from('7b2264617461223a7b2261223a22ff227d7d', 'hex')), { code: 'SUBGRAPH_ERROR' }],
    ['that is half a JSON', (r) => r.end('{"data":{"a":'), { code: 'SUBGRAPH_ERROR' }],
    ['that sends elsewhere', (r) => r.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(), { code: 'SUBGRAPH_ERROR' }],
    ['that has no content', (r) => r.writeHead(204).end(), { code: 'SUBGRAPH_ERROR' }],
    ['with too many headers', (r) => r.writeHead(200, { bomb: 'x'.repeat(40_000) }).end('{"data":{}}'), { code: 'SUBGRAPH_ERROR' }],
    ['that is too long, without a length', (r) => r.end(`{"data":{"a":"${'x'.repeat(10_000)}"}}`), { code: 'SUBGRAPH_ERROR' }],
    ['after early hints', (r) => r.writeEarlyHints({ link: '</x>; rel=preload' }, () => good(r)), goodAnswer],
    [
      'in two pieces, cut within a character',
      (r) => r.write(Buffer.from('{"data":{"a":"\u00e9').subarray(0, -1), () => setImmediate(() => r.end(Buffer.from('a9227d7d', 'hex')))),
      { data: { a: 'é' } },
    ],
  ])('%s', async (_, answer, expected) => {
    let misbehaves = true;
    await using client = await serving((_request, response) => void (misbehaves ? answer(response) : good(response)));
    expect(await client.query()).toEqual(expected);
    misbehaves = false;
    expect(await client.query()).toEqual(goodAnswer);
  });

  test('that is no HTTP', async () => {
    await using client = await clientOf(
      createTcpServer((socket) => void socket.on('error', () => undefined).end('SSH-2.0-OpenSSH_9.2\r\n')),
    );
    expect(await client.query()).toHaveProperty('code');
  });

  test('that comes a byte at a time is cut off at the deadline, and its connection with it', async () => {
    let drip: NodeJS.Timeout | undefined;
    const closed = happening();
    await using client = await serving((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      drip = setInterval(() => response.write(' '), 10);
      response.once('close', () => closed.resolve());
    });
    expect(await client.query(200)).toEqual({ code: 'SUBGRAPH_TIMEOUT' });
    await closed.promise;
    clearInterval(drip);
  });
});

describe('is it ready?', () => {
  test.each([
    [200, true],
    [404, true],
    [401, true],
    [503, false],
    [500, false],
  ])('status %i: %s', async (status, ready) => {
    await using client = await serving((_request, response) => void response.writeHead(status).end());
    expect(await client.transport.ready()).toBe(ready);
  });

  test('not when nobody listens', async () => {
    const server = createServer();
    await using client = await clientOf(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await client.transport.ready()).toBe(false);
  });
});

describe('a subscription', () => {
  const stream = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  const next = (data: object) => `event: next\ndata: ${JSON.stringify(data)}\n\n`;

  test('brings each event and ends when the service has completed it', async () => {
    let seen: IncomingMessage | undefined;
    await using client = await serving((request, response) => {
      seen = request;
      stream(response).write(`:\n\n${next({ data: { n: 1 } })}`);
      response.end(`${next({ data: { n: null }, errors: [{ message: 'no' }] })}event: complete\ndata:\n\n`);
    });
    expect(await collect(client.subscribe())).toEqual([{ data: { n: 1 } }, { data: { n: null }, errors: [{ message: 'no' }] }]);
    expect(seen?.headers).toMatchObject({
      accept: 'text/event-stream',
      'content-type': 'application/json',
      'x-who': 'me',
      'x-request-id': 'r9',
    });
    expect(seen?.headers).not.toHaveProperty('x-deadline-ms');
  });

  test('of a server that others have written', async () => {
    const schema = buildSchema('type Query { a: Int } type Subscription { count(to: Int!): Int! }');
    const root = {
      async *count({ to }: { readonly to: number }) {
        for (let n = 1; n <= to; n++) yield { count: n };
      },
    };
    await using client = await serving(
      createHandler({ schema, subscribe: (args) => subscribe({ ...args, rootValue: root }), context: () => ({}) }),
    );
    const counted = (to: string) => client.subscribe(undefined, ask('subscription', `subscription { count(to: ${to}) }`));
    expect(await collect(counted('3'))).toEqual([1, 2, 3].map((n) => ({ data: { count: n } })));
    expect(await collect(counted('"x"'))).toEqual([
      { data: null, errors: [expect.objectContaining({ message: expect.stringContaining('Int') })] },
    ]);
  });

  test.each<[string, (response: ServerResponse) => void, object]>([
    ['is refused', (r) => void r.writeHead(401).end('{"errors":[{"message":"no"}]}'), { code: 'SUBGRAPH_ERROR' }],
    ['is answered with a page', (r) => void r.writeHead(200, { 'content-type': 'text/html' }).end('<html>'), { code: 'SUBGRAPH_ERROR' }],
    ['is answered 503', (r) => void r.writeHead(503).end('busy'), unavailable],
    [
      'is answered with errors',
      (r) => void r.writeHead(400, { 'content-type': 'application/json' }).end('{"errors":[{"message":"bad"}]}'),
      { data: null, errors: [{ message: 'bad' }] },
    ],
    ['ends without being complete', (r) => void stream(r).end(':\n\n'), unavailable],
    ['is cut', (r) => void stream(r).write(':\n\n', () => r.destroy()), unavailable],
    ['brings what is no JSON', (r) => void stream(r).write('event: next\ndata: hello\n\n'), { code: 'SUBGRAPH_ERROR' }],
    ['brings what is no GraphQL response', (r) => void stream(r).write(next({ hello: 1 })), { code: 'SUBGRAPH_ERROR' }],
    ['brings an event without end', (r) => void stream(r).write(`event: next\ndata: ${'x'.repeat(20_000)}`), { code: 'SUBGRAPH_ERROR' }],
  ])('that %s ends with what is wrong', async (_, answer, expected) => {
    await using client = await serving((_request, response) => answer(response));
    expect(await collect(client.subscribe())).toEqual([expected]);
  });

  test('that is silent is broken', async () => {
    await using client = await clientOf(
      createServer((_request, response) => void stream(response).write(':\n\n')),
      { silenceMs: 100 },
    );
    expect(await collect(client.subscribe())).toEqual([unavailable]);
  });

  test('for which nobody listens is unavailable', async () => {
    const server = createServer();
    await using client = await clientOf(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await collect(client.subscribe())).toEqual([unavailable]);
  });

  test.each<[string, (close: AbortController, events: AsyncIterator<unknown>) => unknown]>([
    ['its signal', (close) => close.abort()],
    ['return()', (_close, events) => events.return?.()],
  ])('is closed by %s while somebody waits for the next event, and so is its connection', async (_, end) => {
    const closed = happening();
    await using client = await serving((_request, response) => {
      stream(response).write(next({ data: { n: 1 } }));
      response.once('close', () => closed.resolve());
    });
    const close = new AbortController();
    const events = client.subscribe(close.signal);
    expect(await events.next()).toEqual({ value: { data: { n: 1 } }, done: false });
    const waiting = events.next();
    await end(close, events);
    expect(await waiting).toEqual({ value: undefined, done: true });
    await closed.promise;
  });

  test('that nobody may have any more is not even opened', async () => {
    let opened = 0;
    await using client = await serving(() => void (opened += 1));
    expect(await collect(client.subscribe(AbortSignal.abort()))).toEqual([]);
    expect(opened).toBe(0);
  });

  test('whose reader is slow holds the service back', async () => {
    let sent = 0;
    const total = 64 * 1024 * 1024;
    const event = next({ data: { text: 'x'.repeat(8_000) } });
    const full = happening();
    await using client = await serving(async (_request, response) => {
      stream(response);
      response.once('close', () => full.resolve());
      while (sent < total) {
        sent += event.length;
        if (!response.write(event)) {
          full.resolve();
          await once(response, 'drain');
        }
      }
    });
    const events = client.subscribe();
    await events.next();
    await full.promise;
    // More than the buffers of the kernel have taken, and far from everything.
    expect(sent).toBeLessThan(total / 2);
    for (let n = 0; n < 1_000; n++) expect((await events.next()).done).toBe(false);
    await events.return?.();
  });

  test('takes no connection from queries', async () => {
    await using client = await clientOf(
      createServer((request, response) => {
        if (request.headers.accept === 'text/event-stream') stream(response).write(next({ data: {} }));
        else good(response);
      }),
      { connections: 1 },
    );
    const open = Array.from({ length: 20 }, () => client.subscribe());
    await Promise.all(open.map((events) => events.next()));
    expect(await client.query()).toEqual(goodAnswer);
    for (const events of open) await events.return?.();
  });
});
