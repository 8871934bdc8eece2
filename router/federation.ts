import { ApolloGateway } from '@apollo/gateway';
import type { GraphQLDataSource } from '@apollo/gateway';
import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import type { Logger } from 'pino';
import { tooComplex } from './client-errors.ts';
import { finishResult } from './finish-result.ts';
import { disableGatewayTelemetry } from './gateway-telemetry.ts';
import type { RouterContext } from './request-context.ts';

/** What Apollo Server needs of a federated graph: a schema and something that executes. */
export type Federation = ApolloServerOptionsWithGateway<RouterContext>['gateway'];

export interface FederationOptions {
  readonly supergraphSdl: string;
  readonly dataSource: (service: string) => GraphQLDataSource<RouterContext>;
  readonly log: Logger;
  /** Ways to resolve one selection that the planner looks at before it refuses. Real operations need a handful. */
  readonly pathsLimit?: number;
}

const planCacheMiB = 30;

// The planner gives up with these instead of planning for seconds.
const planningLimit = /^(Too many options generated for|Number of non-local selections exceeds|Exceeded maximum recursive selections)/;

/** The supergraph with the gateway's planner and executor, its results finished for clients. */
export function createFederation({ supergraphSdl, dataSource, log, pathsLimit = 20 }: FederationOptions): Federation {
  disableGatewayTelemetry();
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: ({ name }) => dataSource(name),
    logger: log.child({}, { level: 'warn' }),
    validateSupergraph: false, // composed and checked by `npm run compose`
    __exposeQueryPlanExperimental: false,
    experimental_approximateQueryPlanStoreMiB: planCacheMiB,
    queryPlannerConfig: { debug: { pathsLimit } },
  });
  return {
    onSchemaLoadOrUpdate: (callback) => gateway.onSchemaLoadOrUpdate(callback),
    stop: () => gateway.stop(),
    async load(options) {
      const { executor } = await gateway.load(options);
      return {
        executor: async (request) => {
          try {
            return finishResult(await executor(request), (request.context as RouterContext).log);
          } catch (error) {
            if (error instanceof Error && planningLimit.test(error.message)) return { errors: [tooComplex()] };
            throw error;
          }
        },
      };
    },
  };
}
