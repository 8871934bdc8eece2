import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { contestants } from './contestants.ts';
import { installPeers } from './peers.ts';
import { throughputTable } from './table.ts';
import { throughput } from './throughput.ts';

const usage = `Usage: npm run bench:router -- [options]
  --routers <ids>    of: ${contestants.map(({ id }) => id).join(', ')}; all unless given
  --rounds <n>       3 unless given; figures are medians over the rounds
  --callers <n>      50 unless given
  --warmup <s>       3 unless given
  --seconds <s>      8 unless given: measured time of each router in each round
  --quick            one round of 1 + 3 seconds
  --out <folder>     bench/router/results unless given`;

const { values } = parseArgs({
  options: {
    routers: { type: 'string' },
    rounds: { type: 'string' },
    callers: { type: 'string', default: '50' },
    warmup: { type: 'string' },
    seconds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    out: { type: 'string', default: fileURLToPath(new URL('results', import.meta.url)) },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const { quick, out } = values;
const load = {
  callers: Number(values.callers),
  warmupMs: Number(values.warmup ?? (quick ? 1 : 3)) * 1_000,
  measureMs: Number(values.seconds ?? (quick ? 3 : 8)) * 1_000,
};
const only = values.routers ? new Set(values.routers.split(',')) : null;
for (const id of only ?? []) if (!contestants.some((contestant) => contestant.id === id)) throw new Error(`no router "${id}"\n${usage}`);

await installPeers();
const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism(), platform: process.platform };
console.log(`Node ${machine.node}, ${machine.cores} cores, ${machine.cpu}`);
const result = {
  at: new Date().toISOString(),
  machine,
  throughput: await throughput({ ...load, rounds: Number(values.rounds ?? (quick ? 1 : 3)), only }),
};
console.log(`\n${throughputTable(result.throughput)}`);
await mkdir(out, { recursive: true });
await writeFile(`${out}/results.json`, `${JSON.stringify(result, null, 2)}\n`);
