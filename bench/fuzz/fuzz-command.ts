import { parseArgs } from 'node:util';
import { madeUpGraph } from '../../router/testing/made-up-graph.ts';
import { fuzz } from '../../router/fuzz/fuzz.ts';

// npm run -s fuzz -- [--count 50000] [--minutes 20] [--seed n]: made-up requests to a router on 127.0.0.1, over our own schema.

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '50000' },
    minutes: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
  },
});
const seed = Number(values.seed);
const router = await madeUpGraph();
console.log(`seed ${seed}`);
const result = await fuzz({
  url: `http://127.0.0.1:${router.port}`,
  seed,
  count: Number(values.count),
  withinMs: Number(values.minutes) * 60_000,
  slowMs: 1_000,
});
await router.close();
for (const [answer, times] of Object.entries(result.answers).sort(([, one], [, other]) => other - one))
  console.log(`${String(times).padStart(7)}  ${answer}`);
console.log(
  `${result.sent} requests, ${result.slow} answers after more than 1 s, the slowest after ${Math.round(result.slowestMs)} ms, ${result.findings.length} findings`,
);
for (const finding of result.findings)
  console.log(JSON.stringify({ ...finding, request: { ...finding.request, body: String(finding.request.body).slice(0, 1_500) } }, null, 2));
process.exitCode = result.findings.length > 0 || result.slow > 0 || result.sent < Number(values.count) ? 1 : 0;
