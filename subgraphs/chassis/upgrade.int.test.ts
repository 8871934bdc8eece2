import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { sendJson, startHttpServer } from './http.ts';
import { readBody } from './request-body.ts';

async function echoServer() {
  const upgraded: (string | undefined)[] = [];
  const http = await startHttpServer({
    port: 0,
    onError: (error) => {
      throw error;
    },
    handler: async (request, response) =>
      sendJson(response, 200, { method: request.method, headers: request.headers, body: await readBody(request, 1_000) }),
    onUpgrade: (request, connection) => {
      upgraded.push(request.headers.upgrade);
      connection.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
    },
  });
  return { http, upgraded, [Symbol.asyncDispose]: () => http.close() };
}

/** Sends the pieces one after the other on one connection and reads until the server closes it. */
async function say(port: number, ...pieces: string[]): Promise<string> {
  const connection = connect(port, '127.0.0.1');
  const answer = text(connection);
  for (const piece of pieces) {
    await new Promise((resolve) => connection.write(piece, resolve));
    await new Promise(setImmediate);
  }
  return answer;
}

test('a wish for HTTP/2, as Java sends it, is ignored, and the request and the ones behind it are answered', async () => {
  await using server = await echoServer();
  const answer = await say(
    server.http.port,
    'POST /a HTTP/1.1\r\nhost: x\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAEAAEAA\r\ncontent-length: 10\r\n\r\nfirst',
    'half+',
    'GET /b HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
  );
  expect(answer.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
  expect(answer).toContain('"method":"POST","headers":{"host":"x","content-length":"10"},"body":"firsthalf+"');
  expect(answer).toContain('"method":"GET"');
  expect(server.upgraded).toEqual([]);
});

test('a WebSocket goes to whoever takes them', async () => {
  await using server = await echoServer();
  const answer = await say(server.http.port, 'GET /a HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: WebSocket\r\n\r\n');
  expect(answer).toContain('400 Bad Request');
  expect(server.upgraded).toEqual(['WebSocket']);
});
