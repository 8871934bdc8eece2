import type { Contestant } from '../contestants.ts';
import { openCourse } from '../course.ts';
import { wardQuery } from '../graphs/health-graph.ts';
import { median } from '../latencies.ts';
import { measure } from '../measure.ts';
import type { LoadOptions, Measurement } from '../measure.ts';
import { ownProcess } from '../processes.ts';
import { chosen, reasonOf, say } from './part.ts';

export interface ThroughputOptions extends LoadOptions {
  readonly rounds: number;
  readonly routers: ReadonlySet<string>;
}

export interface ThroughputRow extends Measurement {
  readonly id: string;
  readonly title: string;
  readonly shares: boolean;
  /** Requests per second of each round; the row itself is the median of each column. */
  readonly rounds: readonly number[];
}

export interface ThroughputResult {
  readonly answerBytes: number;
  readonly callers: number;
  readonly rows: readonly ThroughputRow[];
  /** Who could not take part, and why. */
  readonly absent: readonly { readonly id: string; readonly title: string; readonly reason: string }[];
}

/** Every contestant under the same load, one after the other; in each round all of them, so that a busy minute hits no one alone. */
export async function throughput({ rounds, routers, ...load }: ThroughputOptions): Promise<ThroughputResult> {
  await using course = await openCourse('ward');
  await using callers = ownProcess('load-command.ts');
  const operation = await course.operation({ query: wardQuery });
  await course.recordBare(operation);
  const measured = new Map<Contestant, Measurement[]>();
  const absent = new Map<Contestant, string>();
  for (let round = 1; round <= rounds; round += 1) {
    for (const contestant of chosen(routers, course)) {
      if (absent.has(contestant)) continue;
      try {
        const measurement = await measure(contestant, course, callers, [operation], load);
        measured.set(contestant, [...(measured.get(contestant) ?? []), measurement]);
        say(contestant, `round ${round}`, measurement);
      } catch (error) {
        const reason = contestant.obstacle ?? reasonOf(error);
        absent.set(contestant, reason);
        console.log(`  ${contestant.title} cannot take part: ${reasonOf(error)}`);
      }
    }
  }
  return {
    answerBytes: Buffer.byteLength(operation.expected),
    callers: load.callers,
    rows: [...measured].filter(([contestant]) => !absent.has(contestant)).map(([contestant, all]) => rowOf(contestant, all)),
    absent: [...absent].map(([{ id, title }, reason]) => ({ id, title, reason })),
  };
}

function rowOf({ id, title, shares = false }: Contestant, all: readonly Measurement[]): ThroughputRow {
  const middle = (column: (measurement: Measurement) => number): number => median(all.map(column));
  const known = (column: (measurement: Measurement) => number | null): number | null => {
    const values = all.map(column).filter((value) => value !== null);
    return values.length > 0 ? median(values) : null;
  };
  const total = (column: (measurement: Measurement) => number): number => all.reduce((sum, measurement) => sum + column(measurement), 0);
  return {
    id,
    title,
    shares,
    rounds: all.map(({ requestsPerSecond }) => requestsPerSecond),
    requestsPerSecond: middle(({ requestsPerSecond }) => requestsPerSecond),
    p50: middle(({ p50 }) => p50),
    p95: middle(({ p95 }) => p95),
    p99: middle(({ p99 }) => p99),
    worst: middle(({ worst }) => worst),
    cpuMsPerRequest: known(({ cpuMsPerRequest }) => cpuMsPerRequest),
    rssMegabytes: known(({ rssMegabytes }) => rssMegabytes),
    subgraphRequests: middle(({ subgraphRequests }) => subgraphRequests),
    representations: middle(({ representations }) => representations),
    distinctRepresentations: middle(({ distinctRepresentations }) => distinctRepresentations),
    answered: total(({ answered }) => answered),
    failures: total(({ failures }) => failures),
    complaints: all.flatMap(({ complaints }) => complaints).slice(0, 3),
  };
}
