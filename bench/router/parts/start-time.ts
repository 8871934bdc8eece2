import { AnswerCheck } from '../answer-check.ts';
import type { Contestant } from '../contestants.ts';
import { launch, openCourse } from '../course.ts';
import { wardQuery } from '../graphs/health-graph.ts';
import { median } from '../latencies.ts';
import { firstAnswer } from '../processes.ts';
import { usageOf } from '../process-usage.ts';
import { chosen, orSay } from './part.ts';
import type { PartOptions } from './part.ts';

export interface StartRow {
  readonly router: string;
  /** Milliseconds from starting the process to the whole right answer of the main query, median. */
  readonly firstAnswerMs: number;
  readonly all: readonly number[];
  readonly rssMegabytes: number | null;
}

/** How long from start to the first answer. */
export async function startTime({ routers, quick }: PartOptions): Promise<readonly StartRow[]> {
  await using course = await openCourse('ward');
  const operation = await course.operation({ query: wardQuery });
  const check = new AnswerCheck(operation.expected);
  const rows: StartRow[] = [];

  async function startOnce(contestant: Contestant): Promise<{ ms: number; rssBytes: number | null }> {
    const startedAt = performance.now();
    await using router = await launch(contestant, course);
    const answer = await firstAnswer(router.process, router.url, operation.body);
    const ms = performance.now() - startedAt;
    const complaint = check.complaintAbout([Buffer.from(answer)]);
    if (complaint !== null) throw new Error(complaint);
    return { ms, rssBytes: (await usageOf(router.process.pid))?.rssBytes ?? null };
  }

  async function measureStart(contestant: Contestant): Promise<void> {
    const starts = [];
    for (let round = 0; round < (quick ? 2 : 5); round += 1) starts.push(await startOnce(contestant));
    const all = starts.map(({ ms }) => ms);
    const rssBytes = starts.at(-1)?.rssBytes ?? null;
    rows.push({
      router: contestant.id,
      firstAnswerMs: median(all),
      all,
      rssMegabytes: rssBytes === null ? null : rssBytes / 1024 / 1024,
    });
    console.log(`  ${contestant.title}: ${median(all).toFixed(0)} ms`);
  }
  for (const contestant of chosen(routers, course)) await orSay(contestant, measureStart(contestant));
  return rows;
}
