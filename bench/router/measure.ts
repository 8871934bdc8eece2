import { callChild } from './child-calls.ts';
import type { Contestant } from './contestants.ts';
import { startContestant } from './course.ts';
import type { OpenCourse, Operation, RunningContestant } from './course.ts';
import type { LoadResult, LoadTask } from './load-command.ts';
import type { Counts } from './memoized-subgraph.ts';
import type { BenchProcess } from './processes.ts';
import { usageOf } from './process-usage.ts';

export interface LoadOptions {
  readonly callers: number;
  readonly warmupMs: number;
  readonly measureMs: number;
}

/** Enough to have been compiled by the engine, and for a p99 to mean something, even where a second has few requests. */
const leastRequests = 300;

/** What one contestant did under load. Null where the machine cannot tell. */
export interface Measurement {
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly worst: number;
  readonly answered: number;
  readonly failures: number;
  readonly complaints: readonly string[];
  readonly cpuMsPerRequest: number | null;
  readonly rssMegabytes: number | null;
  readonly subgraphRequests: number;
  readonly representations: number;
  readonly distinctRepresentations: number;
}

/** Starts the contestant, warms it up, measures, ends it. @throws when it does not start or gives no right answer at all */
export async function measure(
  contestant: Contestant,
  course: OpenCourse,
  load: BenchProcess,
  operations: readonly Operation[],
  options: LoadOptions,
): Promise<Measurement> {
  await using router = await startContestant(contestant, course);
  return await measureRunning(router, course, load, operations, options); // `await`: the router is ended when this function returns
}

/** The same of one that runs already. */
export async function measureRunning(
  router: RunningContestant,
  course: OpenCourse,
  load: BenchProcess,
  operations: readonly Operation[],
  { callers, warmupMs, measureMs }: LoadOptions,
): Promise<Measurement> {
  const run = (durationMs: number): Promise<LoadResult> =>
    callChild<LoadResult>(load.child, 'run', { url: router.url, callers, durationMs, leastRequests, operations } satisfies LoadTask);
  const takeCounts = (): Promise<Counts> =>
    router.contestant.inProcess ? callChild<Counts>(router.process.child, 'takeCounts') : course.takeCounts();

  const warm = await run(warmupMs);
  if (warm.answered === 0) throw new Error(warm.complaints[0] ?? 'it gave no answer');
  await takeCounts();
  const before = await usageOf(router.process.pid);
  const { answered, failures, complaints, requestsPerSecond, p50, p95, p99, worst } = await run(measureMs);
  const after = await usageOf(router.process.pid);
  const counts = await takeCounts();
  const asked = answered + failures;
  return {
    requestsPerSecond,
    p50,
    p95,
    p99,
    worst,
    answered,
    failures: failures + warm.failures,
    complaints: [...warm.complaints, ...complaints].slice(0, 3),
    cpuMsPerRequest: before && after ? (after.cpuMs - before.cpuMs) / asked : null,
    rssMegabytes: after ? after.rssBytes / 1024 / 1024 : null,
    subgraphRequests: counts.requests / asked,
    representations: counts.representations / asked,
    distinctRepresentations: counts.distinct / asked,
  };
}
