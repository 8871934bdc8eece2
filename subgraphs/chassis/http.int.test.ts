import { EventEmitter, once } from 'node:events';
import { expect, test } from 'vitest';
import { startHttpServer, type Handler, type HttpLimits } from './http.ts';
import type { UnreadableRequest } from './http-refusal.ts';
import { readBody } from './request-body.ts';
import { rawClient, trickle } from './testing/raw-client.ts';

const echo: Handler = async (request, response) => {
  response.setHeader('x-request-id', 'r1');
  response.end(`you said ${await readBody(request, 1_000)}`);
};

async function server(limits: Partial<HttpLimits> = {}, handler: Handler = echo) {
  const unreadable: UnreadableRequest[] = [];
  const errors: unknown[] = [];
  const http = await startHttpServer({
    port: 0,
    handler,
    limits,
    onError: (error) => errors.push(error),
    onUnreadable: (request) => unreadable.push(request),
  });
  return { ...http, unreadable, errors, [Symbol.asyncDispose]: () => http.close() };
}

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);
const refusalIn = (answer: string): unknown => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')));
const quick = { headersMs: 100, requestMs: 100, checkEveryMs: 20 };

test.each([
  ['trickles its header', 'POST / HTTP/1.1\r\nhost: x\r\nx-slow: '],
  ['trickles its body', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\n'],
  ['trickles chunks', 'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n'],
])('a client that %s is cut off with 408, and another one is answered meanwhile', async (_, start) => {
  await using http = await server(quick);
  using slow = await rawClient(http.port);
  slow.socket.write(start);
  trickle(slow.socket, start.includes('chunked') ? '1\r\na\r\n' : 'a', 5);
  expect(await (await fetch(http.url, { method: 'POST', body: 'hello' })).text()).toBe('you said hello');
  const answer = await slow.closed;
  expect(statusOf(answer)).toBe(408);
  const { requestId } = http.unreadable[0] ?? {};
  expect(http.unreadable).toEqual([{ requestId: expect.any(String), status: 408, reason: 'ERR_HTTP_REQUEST_TIMEOUT' }]);
  expect(refusalIn(answer)).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST', requestId } }] });
  expect(http.errors).toEqual([]);
});

test('a client that says nothing is cut off', async () => {
  await using http = await server(quick);
  using silent = await rawClient(http.port);
  expect(statusOf(await silent.closed)).toBe(408);
});

test('a client that takes nothing of its answer is cut off', async () => {
  const large = Buffer.alloc(64 * 1024 * 1024);
  const ended = new EventEmitter();
  await using http = await server({ stalledMs: 100 }, async (_, response) => {
    response.once('close', () => ended.emit('close'));
    response.end(large);
  });
  const cutOff = once(ended, 'close');
  using lazy = await rawClient(http.port);
  lazy.socket.pause();
  lazy.socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await cutOff;
  lazy.socket.resume();
  await lazy.closed.catch(() => undefined); // reset or closed, both are fine
  expect(lazy.socket.bytesRead).toBeLessThan(large.length);
});

test('an idle connection is closed without a reset, and clients are told to give up 5 seconds earlier', async () => {
  await using http = await server({ keepAliveMs: 200 });
  using client = await rawClient(http.port);
  client.socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  expect(statusOf(await client.closed)).toBe(200);
  await using usual = await server({ keepAliveMs: 95_000 });
  expect((await fetch(usual.url)).headers.get('keep-alive')).toBe('timeout=90');
});

test('one connection more than the limit is closed, and the others are served', async () => {
  await using http = await server({ connections: 1 });
  using first = await rawClient(http.port);
  first.socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await once(first.socket, 'data');
  using second = await rawClient(http.port);
  expect(await second.closed).toBe('');
  first.socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  expect((await first.closed).match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
});

test.each([
  ['is not HTTP', 'hello there\r\n\r\n', 400],
  ['has a header that is too long', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
  ['has a length and is chunked', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n', 400],
  ['has two lengths', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello', 400],
  ['has a chunk without a length', 'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n', 400],
])('what %s is answered with an id, heard of, and ends the connection', async (_, request, status) => {
  await using http = await server();
  using client = await rawClient(http.port);
  client.socket.write(request);
  const answer = await client.closed;
  expect(statusOf(answer)).toBe(status);
  const { requestId } = http.unreadable[0] ?? {};
  expect(http.unreadable).toEqual([{ requestId: expect.any(String), status, reason: expect.any(String) }]);
  expect(answer).toContain(`x-request-id: ${requestId}`);
  expect(refusalIn(answer)).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST', requestId } }] });
});

test.each([
  ['no host', 'GET / HTTP/1.1\r\nconnection: close\r\n\r\n', 400],
  ['an expectation that is not known', 'GET / HTTP/1.1\r\nhost: x\r\nexpect: the-best\r\nconnection: close\r\n\r\n', 417],
])('a request with %s is refused with an id', async (_, request, status) => {
  await using http = await server();
  using client = await rawClient(http.port);
  client.socket.write(request);
  const answer = await client.closed;
  expect(statusOf(answer)).toBe(status);
  expect(refusalIn(answer)).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST', requestId: expect.any(String) } }] });
});

test('garbage behind a request never becomes the answer to that request', async () => {
  const ended = new EventEmitter();
  await using http = await server({}, async (_, response) => {
    await once(response, 'close');
    response.end('done');
    ended.emit('handler');
  });
  const handlerEnded = once(ended, 'handler');
  using client = await rawClient(http.port);
  client.socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nhigarbage\r\n\r\n');
  expect(await client.closed).toBe('');
  await handlerEnded;
  expect(http.errors).toEqual([]);
});
