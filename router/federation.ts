import { ApolloGateway } from '@apollo/gateway';
import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import { GraphQLSchema } from 'graphql';
import type { ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import { createExecutor, type Executor } from './execute/executor.ts';
import { disableGatewayTelemetry } from './gateway-telemetry.ts';
import { checkKnownScalars } from './known-scalars.ts';
import { deferDirective } from './plan/defer.ts';
import { createPlanner } from './plan/planner.ts';
import type { RouterContext } from './request-context.ts';
import type { SubgraphClient } from './subgraph-client.ts';

/** The federated graph: Apollo's supergraph and planner, our executor (docs/adr/0011 says why). */
export interface Federation {
  /** What Apollo Server needs: a schema and something that executes. */
  readonly gateway: ApolloServerOptionsWithGateway<RouterContext>['gateway'];
  /** @throws before Apollo Server has started */
  readonly executor: () => Executor;
  /** What clients see. @throws before Apollo Server has started */
  readonly apiSchema: () => GraphQLSchema;
}

export interface FederationOptions {
  readonly supergraphSdl: string;
  readonly clientOf: (service: string) => SubgraphClient;
  readonly log: Logger;
  /** Ways to resolve one selection that the planner looks at before it refuses. Real operations need a handful. */
  readonly pathsLimit?: number;
}

interface Serving {
  readonly apiSchema: GraphQLSchema;
  readonly executor: Executor;
}

export function createFederation({ supergraphSdl, clientOf, log, pathsLimit = 20 }: FederationOptions): Federation {
  disableGatewayTelemetry();
  let serving: Serving | undefined;
  let failure: Error | undefined;
  const current = (): Serving => {
    if (!serving) throw new Error('the graph is not loaded yet');
    return serving;
  };
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: () => ({
      process: () => Promise.reject(new Error('the executor of the gateway is not used')),
    }),
    logger: log.child({}, { level: 'warn' }),
    validateSupergraph: false, // composed and checked by `npm run compose`
  });
  return {
    executor: () => current().executor,
    apiSchema: () => current().apiSchema,
    gateway: {
      onSchemaLoadOrUpdate: (callback) =>
        gateway.onSchemaLoadOrUpdate(({ apiSchema, coreSupergraphSdl }) => {
          // The gateway swallows what its listeners throw.
          try {
            const schema = withDefer(apiSchema);
            checkKnownScalars(schema);
            const planner = createPlanner({ supergraphSdl: coreSupergraphSdl, apiSchema: schema, pathsLimit });
            serving = { apiSchema: schema, executor: createExecutor({ apiSchema: schema, clientOf, planner }) };
            callback({ apiSchema: schema, coreSupergraphSdl });
          } catch (error) {
            failure = error instanceof Error ? error : new Error(String(error));
          }
        }),
      stop: () => gateway.stop(),
      async load(options) {
        await gateway.load(options);
        if (failure) throw failure;
        return {
          executor: ({ document, queryHash, request, context }) =>
            // The data are text already: `stringifyResult` of server.ts puts them into the answer.
            current().executor.execute(
              { document, documentKey: queryHash, operationName: request.operationName, variables: request.variables },
              context as RouterContext,
            ) as Promise<ExecutionResult>,
        };
      },
    },
  };
}

function withDefer(schema: GraphQLSchema): GraphQLSchema {
  const config = schema.toConfig();
  return new GraphQLSchema({ ...config, directives: [...config.directives, deferDirective] });
}
