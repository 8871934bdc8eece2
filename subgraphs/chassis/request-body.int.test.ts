import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendJson, startHttpServer, type HttpServer } from './http.ts';
import { readJson } from './request-body.ts';
import { rawClient } from './testing/raw-client.ts';

const maxBytes = 1_000_000;
let http: HttpServer;
beforeAll(async () => {
  http = await startHttpServer({
    port: 0,
    limits: { requestMs: 300, headersMs: 300, checkEveryMs: 20 },
    onError: (error) => {
      throw error;
    },
    handler: async (request, response) => sendJson(response, 200, { read: await readJson(request, maxBytes) }),
  });
});
afterAll(() => http.close());

async function post(body: string | Buffer, contentType: string | null = 'application/json', headers: Record<string, string> = {}) {
  const response = await fetch(http.url, {
    method: 'POST',
    headers: { ...(contentType !== null && { 'content-type': contentType }), ...headers },
    body: Buffer.from(body),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as { read?: unknown } };
}

describe('the content-type', () => {
  test.each([
    'application/json',
    'APPLICATION/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'application/json ; a=b',
  ])('%s is read', async (contentType) =>
    expect(await post('{"a":"é"}', contentType)).toMatchObject({ status: 200, body: { read: { a: 'é' } } }),
  );

  test.each([
    null,
    '',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'application/json+x',
    'application/graphql',
    'text/plain; a=application/json',
    'application/json; charset=utf-16',
    'application/json; charset=latin1',
  ])('%s is refused', async (contentType) => {
    const { status, headers } = await post('{}', contentType);
    expect(status).toBe(415);
    expect(headers.get('accept')).toContain('application/json');
  });
});

test.each(['gzip', 'br', 'deflate', 'zstd', 'gzip, identity'])('a body compressed as %s is refused, however small', async (coding) => {
  const bomb = gzipSync(Buffer.alloc(20_000_000));
  expect(bomb.length).toBeLessThan(25_000);
  const { status, headers } = await post(bomb, 'application/json', { 'content-encoding': coding });
  expect(status).toBe(415);
  expect(headers.get('accept-encoding')).toBe('identity');
});

describe('a body that is too long', () => {
  const start = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';

  test('is refused before any of it is sent, when its length is told', async () => {
    using client = await rawClient(http.port);
    client.socket.write(`${start}content-length: ${maxBytes + 1}\r\n\r\n`);
    await once(client.socket, 'data');
    expect(client.received()).toMatch(/^HTTP\/1\.1 413 .*connection: close/is);
  });

  test('is refused on the way, when it comes in chunks without an end, and the sender can read why', async () => {
    using client = await rawClient(http.port);
    client.socket.write(`${start}transfer-encoding: chunked\r\n\r\n`);
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    while (client.received() === '') {
      if (!client.socket.write(chunk)) await once(client.socket, 'drain');
      await turn();
    }
    expect(client.received()).toMatch(/^HTTP\/1\.1 413 /);
    expect(client.socket.bytesWritten).toBeLessThan(10 * maxBytes);
    client.socket.end();
    await client.closed;
  });

  test('is answered whole to a client that sends first and reads later', async () => {
    const { status, body } = await post('x'.repeat(5 * maxBytes));
    expect([status, body]).toMatchObject([413, { errors: [{ extensions: { code: 'BAD_REQUEST' } }] }]);
  });

  test('may be as long as the limit', async () => {
    expect((await post(`"${'x'.repeat(maxBytes - 2)}"`)).status).toBe(200);
    expect((await post(`"${'x'.repeat(maxBytes - 1)}"`)).status).toBe(413);
  });

  test('is not read past the length it tells, and the rest is no request: the connection ends', async () => {
    using client = await rawClient(http.port);
    client.socket.write(`${start}content-length: 2\r\n\r\n{}${'x'.repeat(100)}\r\n\r\n`);
    expect(await client.closed).toBe('');
  });

  test('is not waited for when it is shorter than it tells', async () => {
    using client = await rawClient(http.port);
    client.socket.write(`${start}content-length: 500\r\n\r\n{}`);
    expect(await client.closed).toMatch(/^HTTP\/1\.1 408 /);
  });
});

describe('the text', () => {
  test.each([
    ['nothing', ''],
    ['half an object', '{"a":'],
    ['a byte order mark', '\uFEFF{}'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22])],
    ['UTF-16', Buffer.from('{}', 'utf16le')],
  ])('%s is refused', async (_, body) => expect((await post(body)).status).toBe(400));

  test.each([String.raw`{"a":"\u0000"}`, String.raw`{"a":"\\\u0000"}`, String.raw`["x\u0000y"]`])('U+0000 in %s is refused', async (body) =>
    expect(await post(body)).toMatchObject({ status: 400, body: { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] } }),
  );

  test.each([String.raw`{"a":"\\u0000"}`, '{"a":"50%00"}', String.raw`{"a":"\u0001"}`])(
    'what only looks like U+0000 is read: %s',
    async (body) => expect(await post(body)).toMatchObject({ status: 200, body: { read: JSON.parse(body) as object } }),
  );

  test('of keys that stand twice the last one counts, and no key reaches a prototype', async () => {
    const { body } = await post('{"a":1,"a":2,"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}');
    expect(body.read).toMatchObject({ a: 2 });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
