import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { contestants } from './contestants.ts';
import { answerSizes } from './parts/answer-sizes.ts';
import { mixedLoad } from './parts/mixed-load.ts';
import { startTime } from './parts/start-time.ts';
import { subgraphCounts } from './parts/subgraph-counts.ts';
import { throughput } from './parts/throughput.ts';
import { installPeers } from './peers.ts';
import { endProcessesWithBench } from './processes.ts';
import { asSvg } from './report/chart.ts';
import type { Machine, Part, Results } from './report/results.ts';
import { asText } from './report/text.ts';

const allIds = contestants.map(({ id }) => id);
const allParts = ['throughput', 'start', 'sizes', 'subgraphs', 'mixed'];

const usage = `Usage: npm run bench:router -- [options]
  --only <parts>     of: ${allParts.join(', ')}; all unless given
  --routers <ids>    of: ${allIds.join(', ')}; all unless given (beside throughput: ours, hive-rust, stock)
  --rounds <n>       of throughput, 3 unless given; its figures are medians over the rounds
  --callers <n>      of throughput, 50 unless given
  --warmup <s>       of throughput, 3 unless given
  --seconds <s>      of throughput, 8 unless given: measured time of each router in each round
  --quick            one round of 1 + 3 seconds, and less of everything else
  --out <folder>     bench/router/results unless given; parts that do not run now keep their last result there`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: allParts.join(',') },
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

/** @throws when one is not known */
function namesIn(list: string, known: readonly string[]): ReadonlySet<string> {
  const names = list.split(',');
  const strange = names.find((name) => !known.includes(name));
  if (strange !== undefined) throw new Error(`"${strange}" is none of: ${known.join(', ')}\n${usage}`);
  return new Set(names);
}

/** @throws when it is no positive number */
function positive(name: string, text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`--${name} must be a positive number, not "${text}"`);
  return number;
}

async function run(): Promise<void> {
  const { quick, out } = values;
  const parts = namesIn(values.only, allParts);
  const routers = namesIn(values.routers ?? allIds.join(','), allIds);
  const beside = { quick, routers: values.routers ? routers : new Set(['ours', 'hive-rust', 'stock']) };
  const throughputOptions = {
    routers,
    rounds: positive('rounds', values.rounds ?? (quick ? '1' : '3')),
    callers: positive('callers', values.callers),
    warmupMs: positive('warmup', values.warmup ?? (quick ? '1' : '3')) * 1_000,
    measureMs: positive('seconds', values.seconds ?? (quick ? '3' : '8')) * 1_000,
  };
  await installPeers();
  endProcessesWithBench();

  /** Nothing when the part is not wanted. */
  async function part<Name extends string, Result>(
    name: Name,
    title: string,
    measured: () => Promise<Result>,
  ): Promise<Partial<Record<Name, Part<Result>>>> {
    if (!parts.has(name)) return {};
    console.log(`${title} …`);
    const header = { at: new Date().toISOString(), machine: machine(), quick };
    return { [name]: { ...header, result: await measured() } } as Record<Name, Part<Result>>;
  }
  const now: Results = {
    ...(await part('throughput', 'Throughput', () => throughput(throughputOptions))),
    ...(await part('start', 'Start to first answer', () => startTime(beside))),
    ...(await part('sizes', 'Answer sizes', () => answerSizes(beside))),
    ...(await part('subgraphs', 'Numbers of subgraphs', () => subgraphCounts(beside))),
    ...(await part('mixed', 'Mixed load', () => mixedLoad(beside))),
  };
  console.log(`\n${asText(now)}\n`);

  await mkdir(out, { recursive: true });
  const before = await readFile(`${out}/results.json`, 'utf8').catch(() => '{}'); // the first run
  const results: Results = { ...(JSON.parse(before) as Results), ...now };
  await writeFile(`${out}/results.json`, `${JSON.stringify(results, null, 2)}\n`);
  await writeFile(`${out}/results.svg`, asSvg(results));
  await writeFile(`${out}/results.txt`, `${asText(results)}\n`);
  console.log(`Written to ${out}`);
}

function machine(): Machine {
  const [cpu] = cpus();
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpu?.model ?? 'unknown',
    cores: availableParallelism(),
    loadBefore: Number((loadavg()[0] ?? 0).toFixed(1)),
  };
}

if (values.help) console.log(usage);
else await run();
