import { callChild } from '../child-calls.ts';
import type { Contestant } from '../contestants.ts';
import { openCourse, startContestant } from '../course.ts';
import type { Operation } from '../course.ts';
import { mixedDocuments } from '../graphs/mixed-documents.ts';
import type { LoadResult, LoadTask } from '../load-command.ts';
import { measureRunning } from '../measure.ts';
import type { Measurement } from '../measure.ts';
import { ownProcess } from '../processes.ts';
import { chosen, orSay, say } from './part.ts';
import type { PartOptions } from './part.ts';

export interface MixedRow extends Measurement {
  readonly router: string;
  readonly documents: number;
  /** Each document once, right after start: what parsing, validating and planning cost. */
  readonly first: { readonly p50: number; readonly p99: number; readonly requestsPerSecond: number };
}

const documents = 200;

/** 200 different documents in turns: once cold, then under load. */
export async function mixedLoad({ routers, quick }: PartOptions): Promise<readonly MixedRow[]> {
  await using course = await openCourse('ward');
  await using load = ownProcess('load-command.ts');
  const operations: Operation[] = [];
  for (const query of mixedDocuments(documents)) operations.push(await course.operation({ query }));
  const options = { callers: 50, warmupMs: quick ? 1_000 : 3_000, measureMs: quick ? 3_000 : 8_000 };
  const rows: MixedRow[] = [];

  async function measureMixed(contestant: Contestant): Promise<void> {
    await using router = await startContestant(contestant, course);
    const cold: LoadTask = { url: router.url, callers: 4, durationMs: 60_000, mostRequests: documents, operations };
    const first = await callChild<LoadResult>(load.child, 'run', cold);
    const measurement = await measureRunning(router, course, load, operations, options);
    const failures = measurement.failures + first.failures;
    const complaints = [...first.complaints, ...measurement.complaints].slice(0, 3);
    const { p50, p99, requestsPerSecond } = first;
    rows.push({ router: contestant.id, documents, first: { p50, p99, requestsPerSecond }, ...measurement, failures, complaints });
    say(contestant, `${documents} documents (cold ${requestsPerSecond.toFixed(0)}/s)`, { ...measurement, failures });
  }
  for (const contestant of chosen(routers, course)) await orSay(contestant, measureMixed(contestant));
  return rows;
}
