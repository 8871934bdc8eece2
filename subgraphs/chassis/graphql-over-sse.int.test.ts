import { connect } from 'node:net';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import type { ExecutionResult } from 'graphql';
import { expect, test } from 'vitest';
import { graphqlOverSse } from './graphql-over-sse.ts';
import { startHttpServer } from './http.ts';
import { eventually } from './testing/eventually.ts';

// What the transport does with a reader that is slow or gone. Results come from a source without end.

async function endlessStream(result: ExecutionResult) {
  const state = { asked: 0, freed: false };
  const handler = graphqlOverSse(
    {
      async *subscribe() {
        try {
          for (;;) {
            await turn();
            state.asked++;
            yield result;
          }
        } finally {
          state.freed = true;
        }
      },
    },
    {
      maxBodyBytes: 1_000,
      claims: () => ({ from: 'router', to: 'visit', requestId: 'r1', caller: { role: 'PATIENT', subject: 's', scopes: [] } }),
    },
  );
  const failures: unknown[] = [];
  const http = await startHttpServer({ port: 0, handler, onError: (error) => failures.push(error) });
  const socket = connect(http.port);
  await once(socket, 'connect');
  const body = '{"query":"subscription { a }"}';
  socket.write(
    `POST /graphql HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  return {
    state,
    socket,
    failures,
    async [Symbol.asyncDispose]() {
      socket.destroy();
      await http.close();
    },
  };
}

test('results are not made ahead of a reader who does not read', async () => {
  await using stream = await endlessStream({ data: { text: 'x'.repeat(64 * 1024) } });
  stream.socket.pause();
  // Full is what the buffers of both ends hold. With no bound there would be no two looks with the same count.
  await eventually(
    async () => {
      const before = stream.state.asked;
      for (let turns = 0; turns < 1_000; turns++) await turn();
      return stream.state.asked > 0 && stream.state.asked === before;
    },
    (full) => full,
  );
  const { asked } = stream.state;
  stream.socket.resume();
  await eventually(
    () => stream.state.asked,
    (now) => now > asked + 100,
  );
  expect(stream.failures).toEqual([]);
});

test('when the reader hangs up, the source is freed', async () => {
  await using stream = await endlessStream({ data: { text: 'x' } });
  await once(stream.socket, 'data');
  stream.socket.destroy();
  await eventually(
    () => stream.state.freed,
    (freed) => freed,
  );
  expect(stream.failures).toEqual([]);
});
