import { MessageType } from 'graphql-ws';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ConnectionCount } from './connection-count.ts';
import { Heartbeat } from './heartbeat.ts';
import { defaultLimits } from './limits.ts';
import { SharedSubscriptions } from './shared-subscriptions.ts';
import { SocketOperations } from './socket-operations.ts';
import { counterGraph } from './testing/counter-graph.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

test('a socket is idle from the end of its last operation on', () => {
  const operations = counterGraph();
  const log = pino({ level: 'silent' });
  const limits = defaultLimits;
  const socket = new SocketOperations(
    {
      operations,
      subscriptions: new SharedSubscriptions(operations, { share: true, log, deadlineMs: 1_000, queuedResults: 1 }),
      log,
      deadlineMs: 1_000,
      verifyToken: null,
      addressOf: () => undefined,
      rates: null,
      allowedOrigins: [],
      limits,
      count: new ConnectionCount(limits),
      heartbeat: new Heartbeat(1_000),
    },
    { sendInTurn: () => new Promise(() => undefined), sendNow: () => undefined },
    '127.0.0.1',
  );
  vi.advanceTimersByTime(1_000);
  expect(socket.idleMs(performance.now())).toBe(1_000);
  socket.start({ id: '1', type: MessageType.Subscribe, payload: { query: 'subscription { counter(room: "r") { value } }' } }, null, false);
  vi.advanceTimersByTime(1_000);
  expect(socket.idleMs(performance.now())).toBe(0);
  socket.complete('1');
  vi.advanceTimersByTime(10);
  expect(socket.idleMs(performance.now())).toBe(10);
});
