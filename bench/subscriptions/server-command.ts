import { counterServer } from '../../router/subscriptions/testing/counter-server.ts';

/** What the benchmark asks of its server, and what the server says. Sizes in bytes, CPU in microseconds. */
export type Question = { readonly ask: 'memory' } | { readonly ask: 'count'; readonly rooms: number; readonly value: number };
export interface Measured {
  readonly rss: number;
  readonly heap: number;
  readonly cpu: number;
  readonly upstreams: number;
}

const server = await counterServer({ limits: { connections: 10_000, connectionsPerCaller: 10_000 } });
const collectGarbage = globalThis.gc;
if (!collectGarbage || !process.send) throw new Error('started by bench-command.ts, with --expose-gc');

process.on('message', (question: Question) => {
  if (question.ask === 'count') for (let room = 0; room < question.rooms; room += 1) server.graph.count(`r${room}`, question.value);
  else collectGarbage();
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  process.send?.({ rss, heap: heapUsed, cpu: user + system, upstreams: server.graph.opened } satisfies Measured);
});
process.once('disconnect', () => process.exit());
process.send({ url: server.url });
