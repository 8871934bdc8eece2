import type { Contestant } from '../contestants.ts';
import { openCourse } from '../course.ts';
import { wideQuery } from '../graphs/wide-graph.ts';
import { measure } from '../measure.ts';
import type { Measurement } from '../measure.ts';
import { ownProcess } from '../processes.ts';
import { chosen, orSay, say } from './part.ts';
import type { PartOptions } from './part.ts';

export interface SubgraphCountRow extends Measurement {
  readonly router: string;
  readonly subgraphs: number;
}

/** Cost against the number of subgraphs that one query needs. */
export async function subgraphCounts({ routers, quick }: PartOptions): Promise<readonly SubgraphCountRow[]> {
  await using load = ownProcess('load-command.ts');
  const options = { callers: 20, warmupMs: quick ? 1_000 : 2_000, measureMs: quick ? 2_000 : 4_000 };
  const rows: SubgraphCountRow[] = [];

  async function measureWith(subgraphs: number): Promise<void> {
    await using course = await openCourse(`wide-${subgraphs}`);
    const operation = await course.operation({ query: wideQuery(subgraphs) });
    const measureOne = async (contestant: Contestant): Promise<void> => {
      const measurement = await measure(contestant, course, load, [operation], options);
      rows.push({ router: contestant.id, subgraphs, ...measurement });
      say(contestant, `${subgraphs} subgraphs`, measurement);
    };
    for (const contestant of chosen(routers, course)) await orSay(contestant, measureOne(contestant));
  }
  for (const subgraphs of quick ? [2, 20] : [2, 5, 10, 15, 20]) await measureWith(subgraphs);
  return rows;
}
