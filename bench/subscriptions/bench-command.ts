import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { overMultipart, overSse, overWebSocket } from './listeners.ts';
import type { OpenListeners } from './listeners.ts';
import type { Measured, Question } from './server-command.ts';

/** What an open subscription costs the router: `npm run bench:subscriptions`. The graph behind it is in memory and costs next to nothing. */
const subscriptions = 1_000;
const warmUp = 50;
const rounds = 5;

const cases: readonly { readonly name: string; readonly open: OpenListeners; readonly rooms: number }[] = [
  { name: 'WebSocket, a socket each, one upstream', open: overWebSocket(1), rooms: 1 },
  { name: 'WebSocket, a socket each, an upstream each', open: overWebSocket(1), rooms: subscriptions },
  { name: 'WebSocket, 100 on a socket, an upstream each', open: overWebSocket(100), rooms: subscriptions },
  { name: 'SSE, one upstream', open: overSse, rooms: 1 },
  { name: 'SSE, an upstream each', open: overSse, rooms: subscriptions },
  { name: 'multipart, an upstream each', open: overMultipart, rooms: subscriptions },
];

async function measure({ open, rooms }: (typeof cases)[number]) {
  const server = fork(fileURLToPath(new URL('./server-command.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx', '--expose-gc'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ask = async (question: Question): Promise<Measured> => {
    const answer = once(server, 'message');
    server.send(question);
    return ((await answer) as [Measured])[0];
  };
  try {
    const [{ url }] = (await once(server, 'message')) as [{ url: string }];
    let results = 0;
    let wanted = 0;
    let arrived: () => void = () => undefined;
    const all = (n: number) =>
      new Promise<void>((resolve) => {
        wanted = n;
        arrived = resolve;
        if (results >= n) resolve();
      });
    const onResult = () => {
      results += 1;
      if (results >= wanted) arrived();
    };
    // The code that runs first is compiled first, and that is no cost of a subscription.
    await open(url, Array(warmUp).fill('warm-up') as string[], onResult);
    await all(warmUp);
    const before = await ask({ ask: 'memory' });
    const startedAt = performance.now();
    await open(
      url,
      Array.from({ length: subscriptions }, (_, index) => `r${index % rooms}`),
      onResult,
    );
    await all(warmUp + subscriptions);
    const openedMs = performance.now() - startedAt;
    const after = await ask({ ask: 'memory' });
    const fanOutMs: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const toldAt = performance.now();
      await Promise.all([all(warmUp + subscriptions * (round + 1)), ask({ ask: 'count', rooms, value: round })]);
      fanOutMs.push(performance.now() - toldAt);
    }
    const end = await ask({ ask: 'memory' });
    return {
      'KB rss each': kilobytes((after.rss - before.rss) / subscriptions),
      'KB heap each': kilobytes((after.heap - before.heap) / subscriptions),
      upstreams: after.upstreams - before.upstreams,
      'opened/s': Math.round((subscriptions / openedMs) * 1_000),
      'ms to tell all': Math.round(fanOutMs.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0),
      'µs CPU a result': Math.round((end.cpu - after.cpu) / (rounds * subscriptions)),
    };
  } finally {
    server.disconnect();
    if (server.exitCode === null) await once(server, 'exit');
  }
}

const kilobytes = (bytes: number): number => Math.round(bytes / 102.4) / 10;

const table: Record<string, Awaited<ReturnType<typeof measure>>> = {};
for (const one of cases) table[one.name] = await measure(one);
console.table(table);
process.exit(); // with a thousand connections that nobody needs any more
