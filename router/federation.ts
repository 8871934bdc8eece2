import { ApolloGateway } from '@apollo/gateway';
import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import type { Logger } from 'pino';
import { tooComplex } from './client-errors.ts';
import { createExecutor } from './execute/executor.ts';
import { finishResult } from './finish-result.ts';
import { disableGatewayTelemetry } from './gateway-telemetry.ts';
import { checkKnownScalars } from './known-scalars.ts';
import { createPlanner } from './plan/planner.ts';
import type { RouterContext } from './request-context.ts';
import type { SubgraphClient } from './subgraph-client.ts';

/** What Apollo Server needs of a federated graph: a schema and something that executes. */
export type Federation = ApolloServerOptionsWithGateway<RouterContext>['gateway'];

export interface FederationOptions {
  readonly supergraphSdl: string;
  readonly clientOf: (service: string) => SubgraphClient;
  readonly log: Logger;
  /** Ways to resolve one selection that the planner looks at before it refuses. Real operations need a handful. */
  readonly pathsLimit?: number;
}

// The planner gives up with these instead of planning for seconds.
const planningLimit = /^(Too many options generated for|Number of non-local selections exceeds|Exceeded maximum recursive selections)/;

/** The gateway's supergraph, Apollo's planner, our executor (docs/adr/0011 says why). */
export function createFederation({ supergraphSdl, clientOf, log, pathsLimit = 20 }: FederationOptions): Federation {
  disableGatewayTelemetry();
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: () => ({
      process: () => Promise.reject(new Error('the executor of the gateway is not used')),
    }),
    logger: log.child({}, { level: 'warn' }),
    validateSupergraph: false, // composed and checked by `npm run compose`
  });
  return {
    onSchemaLoadOrUpdate: (callback) => gateway.onSchemaLoadOrUpdate(callback),
    stop: () => gateway.stop(),
    async load(options) {
      const { schema: apiSchema } = await gateway.load(options);
      checkKnownScalars(apiSchema);
      const executor = createExecutor({ apiSchema, clientOf, planner: createPlanner({ supergraphSdl, apiSchema, pathsLimit }) });
      return {
        executor: async (request) => {
          try {
            return finishResult(await executor(request));
          } catch (error) {
            if (error instanceof Error && planningLimit.test(error.message)) return { errors: [tooComplex()] };
            throw error;
          }
        },
      };
    },
  };
}
