import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabases } from '../../local/databases.ts';
import { migrateAll } from '../../local/migrate-all.ts';
import { seedSystem } from '../../seed/seed-system.ts';
import { callChild } from '../router/child-calls.ts';
import { median } from '../router/latencies.ts';
import type { LoadResult, LoadTask } from '../router/load-command.ts';
import { endProcessesWithBench, ownProcess } from '../router/processes.ts';
import { guardedGraph, type GuardedGraph } from './guarded-graph.ts';
import { callers, heaviestQueries } from './heaviest-queries.ts';

// npm run bench:access [-- <rounds> <seconds>]: what access rules and audit cost. The same subgraphs and router in one process, once with
// rules and audit and once without, over the same PostgreSQL (which writes to disk); a process of its own asks the two in turns.

const [rounds = 5, seconds = 3] = process.argv.slice(2).map(Number);
const concurrency = 16;

endProcessesWithBench();
const folder = mkdtempSync(join(tmpdir(), 'telemedicine-bench-access-'));
const { urls, cluster } = await openDatabases(folder, {});
try {
  await migrateAll(urls);
  await seedSystem(urls, { patients: 300, today: new Date(), progress: () => undefined, env: {} });
  await using guarded = await guardedGraph(urls, callers, { guarded: true });
  await using unguarded = await guardedGraph(urls, callers, { guarded: false });
  await using load = ownProcess('load-command.ts');
  for (const { name, token, query } of heaviestQueries) {
    const body = JSON.stringify({ query });
    // Rules hide what is sensitive: each is compared with its own first answer.
    const answers = new Map([guarded, unguarded].map((graph) => [graph, answerOf(graph, token, body)]));
    const run = async (graph: GuardedGraph, durationMs: number): Promise<LoadResult> =>
      callChild<LoadResult>(load.child, 'run', {
        url: graph.url,
        callers: concurrency,
        authorization: `Bearer ${token}`,
        durationMs,
        operations: [{ body, expected: (await answers.get(graph)) ?? '' }],
      } satisfies LoadTask);
    const results: Record<'with' | 'without', LoadResult[]> = { with: [], without: [] };
    for (const graph of [guarded, unguarded]) await run(graph, 1_500);
    for (let round = 0; round < rounds; round++) {
      // Who goes first takes turns too.
      const order = round % 2 === 0 ? (['with', 'without'] as const) : (['without', 'with'] as const);
      for (const kind of order) results[kind].push(await run(kind === 'with' ? guarded : unguarded, seconds * 1_000));
    }
    const of = (kind: 'with' | 'without', value: (result: LoadResult) => number) => median(results[kind].map(value));
    const perSecond = { with: of('with', (one) => one.requestsPerSecond), without: of('without', (one) => one.requestsPerSecond) };
    const failures = [...results.with, ...results.without].flatMap(({ complaints }) => complaints);
    process.stdout.write(
      `${name.padEnd(28)} ${perSecond.with.toFixed(1)} requests/s with, ${perSecond.without.toFixed(1)} without: ` +
        `${((1 - perSecond.with / perSecond.without) * 100).toFixed(1)} % less; p99 ${of('with', ({ p99 }) => p99).toFixed(0)} and ` +
        `${of('without', ({ p99 }) => p99).toFixed(0)} ms${failures[0] === undefined ? '' : `; ${failures[0]}`}\n`,
    );
  }
} finally {
  await cluster?.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function answerOf({ url }: GuardedGraph, token: string, body: string): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body,
  });
  const text = await response.text();
  if (response.status !== 200 || text.includes('"errors"')) throw new Error(`${token}: ${response.status} ${text.slice(0, 500)}`);
  return text;
}
