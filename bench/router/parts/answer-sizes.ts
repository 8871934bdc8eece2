import { callChild } from '../child-calls.ts';
import type { Contestant } from '../contestants.ts';
import { openCourse, startContestant } from '../course.ts';
import { cohortQuery } from '../graphs/health-graph.ts';
import type { LoadResult, LoadTask } from '../load-command.ts';
import { measureRunning } from '../measure.ts';
import type { Measurement } from '../measure.ts';
import { ownProcess } from '../processes.ts';
import { chosen, orSay, say } from './part.ts';
import type { PartOptions } from './part.ts';

export interface SizeRow extends Measurement {
  readonly router: string;
  readonly answerBytes: number;
}

/** Patients that make answers of about 1 kB, 10 kB, 100 kB and 1 MB. */
const patients = [3, 30, 300, 3_000];

/** Cost against the size of the answer. Few callers, so that large answers do not queue for longer than they are measured. */
export async function answerSizes({ routers, quick }: PartOptions): Promise<readonly SizeRow[]> {
  await using course = await openCourse('cohort');
  await using load = ownProcess('load-command.ts');
  const operations = await Promise.all(patients.map((count) => course.operation({ query: cohortQuery, variables: { patients: count } })));
  const options = { callers: 8, warmupMs: quick ? 1_000 : 2_000, measureMs: quick ? 2_000 : 4_000 };
  const rows: SizeRow[] = [];

  async function measureSizes(contestant: Contestant): Promise<void> {
    await using router = await startContestant(contestant, course);
    // Else the first size would pay for warming up the engine, and those after it not.
    const warmup: LoadTask = {
      url: router.url,
      callers: 8,
      durationMs: options.warmupMs,
      leastRequests: 300,
      operations: operations.slice(0, 3),
    };
    await callChild<LoadResult>(load.child, 'run', warmup);
    for (const operation of operations) {
      const measurement = await measureRunning(router, course, load, [operation], options);
      const answerBytes = Buffer.byteLength(operation.expected);
      rows.push({ router: contestant.id, answerBytes, ...measurement });
      say(contestant, `${(answerBytes / 1000).toFixed(1)} kB`, measurement);
    }
  }
  for (const contestant of chosen(routers, course)) await orSay(contestant, measureSizes(contestant));
  return rows;
}
