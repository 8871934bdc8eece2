import { EventEmitter, once } from 'node:events';
import { HeaderMap } from '@apollo/server';
import { expect, test } from 'vitest';
import { graphqlOverHttp } from './graphql-over-http.ts';
import { startHttpServer } from './http.ts';
import { rawClient } from './testing/raw-client.ts';

test('an answer in parts is made no faster than the client takes it, and no longer than it stays', async () => {
  const part = 'x'.repeat(1_000_000);
  let made = 0;
  const ended = new EventEmitter();
  async function* endless() {
    try {
      for (; made < 1_000; made++) yield part;
    } finally {
      ended.emit('end');
    }
  }
  const handler = graphqlOverHttp(
    {
      executeHTTPGraphQLRequest: async () => ({
        headers: new HeaderMap([['content-type', 'multipart/mixed']]),
        body: { kind: 'chunked', asyncIterator: endless() },
      }),
    },
    { maxBodyBytes: 1_000, context: async () => ({}) },
  );
  const errors: unknown[] = [];
  const http = await startHttpServer({ port: 0, handler, onError: (error) => errors.push(error) });
  const end = once(ended, 'end');
  using client = await rawClient(http.port);
  client.socket.write('GET /graphql?query=x HTTP/1.1\r\nhost: x\r\n\r\n');
  await once(client.socket, 'data');
  client.socket.destroy();
  await end;
  expect(made).toBeLessThan(1_000);
  expect(errors).toEqual([]);
  await http.close();
});
