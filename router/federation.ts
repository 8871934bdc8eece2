import { ApolloGateway } from '@apollo/gateway';
import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import { parse, validate } from 'graphql';
import type { ExecutionResult, GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Policy } from './authorization/role-policies.ts';
import type { PlanSource, PlanSourceOptions } from './plan/plan-source.ts';
import { gatewayStandIn } from './gateway-stand-in.ts';
import { disableGatewayTelemetry } from './gateway-telemetry.ts';
import type { RouterContext } from './request-context.ts';
import { buildGraph, warmUp, type ServedGraph } from './served-graph.ts';
import type { SubgraphClient } from './subgraph/client.ts';
import { subgraphUrlsIn } from './supergraph-urls.ts';

/** The federated graph: Apollo's supergraph and planner, our executor (docs/adr/0011 says why). */
export interface Federation {
  /** What Apollo Server needs: a schema and something that executes. */
  readonly gateway: ApolloServerOptionsWithGateway<RouterContext>['gateway'];
  /** The version that a request began with, by the schema it was validated against; without one, the latest. */
  readonly graph: (schema?: GraphQLSchema) => ServedGraph;
  /** Serves another supergraph from now on, or says why not and goes on with the old one. Requests under way are not touched. */
  readonly reload: (supergraphSdl: string) => Promise<ReloadOutcome>;
}

export type ReloadOutcome =
  | { readonly outcome: 'unchanged' }
  /** `warm`: operations that were planned before the first request. */
  | { readonly outcome: 'reloaded'; readonly warm: number }
  | { readonly outcome: 'refused'; readonly reasons: readonly string[] };

export interface FederationOptions {
  readonly supergraphSdl: string;
  readonly clientOf: (service: string) => SubgraphClient;
  readonly log: Logger;
  /** Documents that clients depend on: a supergraph that takes something away from them is refused. */
  readonly registeredOperations?: readonly { readonly name: string; readonly text: string }[];
  readonly planSource: (options: PlanSourceOptions) => PlanSource;
  readonly pathsLimit?: number;
  /** What `@policy` of the supergraph names. */
  readonly policies?: ReadonlyMap<string, Policy>;
}

/** @throws when the supergraph cannot be served, or misses something that a registered operation needs */
export function createFederation({
  supergraphSdl,
  clientOf,
  log,
  registeredOperations = [],
  planSource,
  pathsLimit = 20,
  policies,
}: FederationOptions): Federation {
  disableGatewayTelemetry();
  const build = (sdl: string): ServedGraph => {
    for (const service of subgraphUrlsIn(sdl).keys()) clientOf(service);
    return buildGraph(sdl, { clientOf, planSource, pathsLimit, ...(policies && { policies }) });
  };
  const lacks = (graph: ServedGraph): string[] =>
    registeredOperations.flatMap(({ name, text }) =>
      complaintsAbout(text, graph.apiSchema).map((complaint) => `The registered operation ${name} needs it: ${complaint}`),
    );

  let current = build(supergraphSdl);
  const missing = lacks(current);
  if (missing.length > 0) {
    current.planner.retire();
    throw new Error(missing.join('\n'));
  }
  const versions = new WeakMap<GraphQLSchema, ServedGraph>([[current.apiSchema, current]]);
  const graph = (schema?: GraphQLSchema): ServedGraph => (schema && versions.get(schema)) ?? current;

  let tellGateway: ((sdl: string) => void) | undefined;
  let version = 1;
  const gateway = new ApolloGateway({
    supergraphSdl: async ({ update }) => {
      tellGateway = update;
      return { supergraphSdl: gatewayStandIn(version) };
    },
    buildService: () => ({
      process: () => Promise.reject(new Error('the executor of the gateway is not used')),
    }),
    logger: log.child({}, { level: 'warn' }),
    validateSupergraph: false, // composed and checked by `npm run compose`
  });

  async function reload(sdl: string): Promise<ReloadOutcome> {
    if (sdl === current.supergraphSdl) return { outcome: 'unchanged' };
    let next: ServedGraph;
    try {
      next = build(sdl);
    } catch (error) {
      return { outcome: 'refused', reasons: [error instanceof Error ? error.message : String(error)] };
    }
    const reasons = lacks(next);
    if (reasons.length > 0) {
      next.planner.retire();
      return { outcome: 'refused', reasons };
    }
    const warm = await warmUp(next, current);
    versions.set(next.apiSchema, next);
    const previous = current;
    current = next;
    version += 1;
    try {
      tellGateway?.(gatewayStandIn(version));
    } catch (error) {
      current = previous;
      next.planner.retire();
      return { outcome: 'refused', reasons: [error instanceof Error ? error.message : String(error)] };
    }
    previous.planner.retire();
    return { outcome: 'reloaded', warm };
  }

  let reloading: Promise<unknown> = Promise.resolve();
  return {
    graph,
    // One after the other: the later one is compared with what the earlier one left.
    reload(sdl) {
      const outcome = reloading.then(() => reload(sdl));
      reloading = outcome.catch(() => undefined);
      return outcome;
    },
    gateway: {
      // Apollo Server validates against the schema that our planner knows, so that the two never differ.
      onSchemaLoadOrUpdate: (callback) =>
        gateway.onSchemaLoadOrUpdate(() => callback({ apiSchema: current.apiSchema, coreSupergraphSdl: current.supergraphSdl })),
      async stop() {
        current.planner.retire();
        await gateway.stop();
      },
      async load(options) {
        await Promise.all([gateway.load(options), current.planner.ready]);
        return {
          executor: ({ document, queryHash, request, context, schema }) =>
            // The data are text already: `stringifyResult` of server.ts puts them into the answer.
            graph(schema).executor.execute(
              {
                document,
                documentKey: Buffer.from(queryHash, 'hex').toString('base64url'),
                operationName: request.operationName,
                variables: request.variables,
              },
              context as RouterContext,
            ) as Promise<ExecutionResult>,
        };
      },
    },
  };
}

function complaintsAbout(document: string, schema: GraphQLSchema): readonly string[] {
  try {
    return validate(schema, parse(document)).map(({ message }) => message);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
