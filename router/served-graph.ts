import { getOperationAST, validate } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import type { Policy } from './authorization/role-policies.ts';
import { createExecutor, type Executor } from './execute/executor.ts';
import { readCostRules, type CostRules } from './limits/cost-rules.ts';
import { checkKnownScalars } from './known-scalars.ts';
import type { PlanSource, PlanSourceOptions } from './plan/plan-source.ts';
import { createPlanner, isCompiled, type Planner } from './plan/planner.ts';
import type { SubgraphClient } from './subgraph/client.ts';

/** One version of the graph: its schema and what executes operations on it. A request keeps the version it began with. */
export interface ServedGraph {
  readonly supergraphSdl: string;
  /** What clients see. */
  readonly apiSchema: GraphQLSchema;
  readonly planner: Planner;
  readonly executor: Executor;
  readonly costRules: CostRules;
}

export interface GraphOptions {
  readonly clientOf: (service: string) => SubgraphClient;
  readonly planSource: (options: PlanSourceOptions) => PlanSource;
  /** Ways to resolve one selection that the planner looks at before it refuses. Real operations need a handful. */
  readonly pathsLimit: number;
  readonly policies?: ReadonlyMap<string, Policy>;
}

/**
 * What serves a supergraph; its plans come as soon as `planner` is asked.
 * @throws when it is no supergraph, or one that cannot be served
 */
export function buildGraph(supergraphSdl: string, { clientOf, planSource, pathsLimit, policies }: GraphOptions): ServedGraph {
  const plans = planSource({ supergraphSdl, pathsLimit });
  try {
    const planner = createPlanner({ supergraphSdl, plans, ...(policies && { policies }) });
    checkKnownScalars(planner.apiSchema);
    return {
      supergraphSdl,
      apiSchema: planner.apiSchema,
      planner,
      executor: createExecutor({ planner, clientOf }),
      costRules: readCostRules(supergraphSdl),
    };
  } catch (error) {
    plans.retire();
    throw error;
  }
}

/** How many plans a new version has before its first request. */
const keptWarm = 200;

/** Plans what the old version was asked for lately, so that the first requests to the new one need not wait. Other requests go on between two plans. */
export async function warmUp(next: ServedGraph, previous: ServedGraph): Promise<number> {
  let warm = 0;
  for (const operation of previous.planner.latest(keptWarm).reverse()) {
    await new Promise((resolve) => setImmediate(resolve));
    if (validate(next.apiSchema, operation.document).length > 0) continue; // asked again, it is refused with the reason
    const asked = getOperationAST(operation.document, operation.operationName);
    if (!asked) continue;
    // A requirement that is new counts as not met: who meets it is planned for when they come.
    const rights = next.planner.authorization.question(operation.document, asked).rightsWith(operation.rights.met);
    // Beyond the planner's limits now, or beyond its powers: whoever asks again is told.
    const compiled = await Promise.resolve(next.planner.compile({ ...operation, rights })).catch(() => null);
    if (compiled && isCompiled(compiled)) warm += 1;
  }
  return warm;
}
