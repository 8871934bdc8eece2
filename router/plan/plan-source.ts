import type { QueryPlan } from '@apollo/query-planner';
import { queryPlanning } from './query-planning.js';

/** What becomes of an operation that nobody has planned yet. */
export type PlanOutcome =
  | { readonly outcome: 'planned'; readonly plan: QueryPlan }
  /** It can be answered in too many ways, or planning it took too long. */
  | { readonly outcome: 'too complex' }
  /** So many others wait to be planned that this one must come again. */
  | { readonly outcome: 'busy' };

/** What the planner says. `defect`: it cannot plan this though it is valid. */
export type Planned = Exclude<PlanOutcome, { readonly outcome: 'busy' }> | { readonly outcome: 'defect'; readonly message: string };

/** Where plans come from. */
export interface PlanSource {
  /** Resolves when it can plan. Rejects when it cannot begin. */
  readonly ready: Promise<void>;
  /**
   * @param document one operation and its fragments, valid against the API schema
   * @throws for a defect: what the planner cannot do though it is valid
   */
  plan(document: string): Promise<PlanOutcome>;
  /** Ends when nothing waits for it any more. What is asked later is still planned. */
  retire(): void;
}

export interface PlanSourceOptions {
  readonly supergraphSdl: string;
  /** Ways to resolve one selection that the planner looks at before it refuses. */
  readonly pathsLimit: number;
}

/** Plans in the thread that asks: for tests of small graphs, which must not wait for a thread each. */
export function planHere(options: PlanSourceOptions): PlanSource {
  const plan = queryPlanning(options);
  return { ready: Promise.resolve(), plan: async (document) => usable(plan(document)), retire: () => undefined };
}

/** @throws for a defect */
export function usable(planned: Planned): PlanOutcome {
  if (planned.outcome === 'defect') throw new Error(`the planner failed: ${planned.message}`);
  return planned;
}
