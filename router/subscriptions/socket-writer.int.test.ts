import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { Heartbeat } from './heartbeat.ts';
import { defaultLimits } from './limits.ts';
import { SocketWriter } from './socket-writer.ts';

test('for a client that does not read, results of all operations together wait unwritten, and it is cut off', async () => {
  const server = new WebSocketServer({ port: 0, perMessageDeflate: false });
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [[socket]] = (await Promise.all([once(server, 'connection'), once(client, 'open')])) as [[WebSocket], unknown];
  client.pause();
  const heartbeat = new Heartbeat(20);
  let produced = 0;
  const cutOff = new Promise<void>((resolve) => {
    const writer = new SocketWriter(socket, { ...defaultLimits, slowMs: 200, bufferedBytes: Number.POSITIVE_INFINITY }, resolve);
    heartbeat.add(writer);
    for (let operation = 0; operation < 100; operation += 1) {
      void writer.sendInTurn(() => {
        produced += 1;
        return 'x'.repeat(1_000_000);
      });
    }
  });
  await cutOff;
  expect(produced).toBeLessThan(50);
  expect(socket.bufferedAmount).toBeLessThan(2_000_000);
  heartbeat.stop();
  client.terminate();
  server.close();
  await once(server, 'close');
});
