import { GraphQLError } from 'graphql';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { RouterContext } from '../request-context.ts';
import type { CostRules } from './cost-rules.ts';
import { compileCost, type OperationCost } from './operation-cost.ts';
import type { RateLimits } from './rate-limits.ts';
import { rateLimited } from './rate-limits.ts';
import { tooLarge } from './refusals.ts';

/** An operation whose document has been validated. */
export interface OperationToAdmit {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
  /** The version of the graph that it was validated against. */
  readonly graph: { readonly apiSchema: GraphQLSchema; readonly costRules: CostRules };
}

export interface Admitted {
  /** Null: it may be planned and executed. */
  readonly refusal: GraphQLError | null;
  /** Headers that tell of the caller's budgets, for answers over HTTP. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The last step before planning: what an operation costs, and whether its caller has as much left. */
export type Admission = (asked: OperationToAdmit, context: RouterContext) => Promise<Admitted>;

/** @param rates null: nothing is counted */
export function admission(most: number, rates: RateLimits | null): Admission {
  const costs = new WeakMap<OperationDefinitionNode, OperationCost>();

  function costOf({ document, operation, graph }: OperationToAdmit): OperationCost {
    const known = costs.get(operation);
    if (known) return known;
    const compiled = compileCost(document, operation, graph.apiSchema, graph.costRules);
    costs.set(operation, compiled);
    return compiled;
  }

  return async (asked, { caller, record }) => {
    const { costOf: valueOf, complaint } = costOf(asked);
    if (complaint !== null) return { refusal: withoutSize(complaint), headers: {} };
    const cost = valueOf(asked.variables);
    record.cost = cost;
    if (cost > most) return { refusal: tooLarge({ limit: 'cost', value: cost, most }), headers: {} };
    // Who asks without a token was counted by address when the request came.
    if (!rates || !caller) return { refusal: null, headers: {} };
    const taken = await rates.takeFor(caller, cost);
    return { refusal: taken.isRefused ? rateLimited(taken) : null, headers: taken.headers };
  };
}

const withoutSize = (complaint: string): GraphQLError =>
  new GraphQLError(complaint, { extensions: { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } } });
