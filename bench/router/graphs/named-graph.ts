import type { BenchGraph } from './graph.ts';
import { healthData } from './health-data.ts';
import { healthGraph } from './health-graph.ts';
import { wideGraph } from './wide-graph.ts';

/** What the processes of the bench call a graph: `ward`, `cohort` or `wide-<subgraphs>`. */
export function namedGraph(name: string): BenchGraph {
  if (name === 'ward') return healthGraph(healthData({ patients: 6, visits: 14, prescriptions: 22 }));
  if (name === 'cohort') return healthGraph(healthData({ patients: 4_000, visits: 4_000, prescriptions: 4_000 }));
  const width = /^wide-(\d+)$/.exec(name)?.[1];
  if (width) return wideGraph(Number(width));
  throw new Error(`no graph is named "${name}"`);
}
