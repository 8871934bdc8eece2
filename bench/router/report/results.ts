import type { SizeRow } from '../parts/answer-sizes.ts';
import type { MixedRow } from '../parts/mixed-load.ts';
import type { StartRow } from '../parts/start-time.ts';
import type { SubgraphCountRow } from '../parts/subgraph-counts.ts';
import type { ThroughputResult } from '../parts/throughput.ts';

/** Each part with when and where it was measured: parts may come from different runs. */
export interface Results {
  readonly throughput?: Part<ThroughputResult>;
  readonly start?: Part<readonly StartRow[]>;
  readonly sizes?: Part<readonly SizeRow[]>;
  readonly subgraphs?: Part<readonly SubgraphCountRow[]>;
  readonly mixed?: Part<readonly MixedRow[]>;
}

export interface Part<Result> {
  /** ISO 8601. */
  readonly at: string;
  readonly machine: Machine;
  readonly quick: boolean;
  readonly result: Result;
}

export interface Machine {
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  /** Processes that wanted a core in the minute before: far above `cores`, figures are of a busy machine. */
  readonly loadBefore: number;
}
