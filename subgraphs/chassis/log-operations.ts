import type { ApolloServerPlugin } from '@apollo/server';
import type { GraphQLError } from 'graphql';
import type { RequestContext } from './context.ts';
import { operationForLog, refusalsIn } from './log-outcome.ts';

const codeOf = ({ extensions: { code } }: GraphQLError): string => (typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR');

/** One log line per operation, with the id of the request: name, who kind of caller, how long, how it ended. Never variables or data. */
export const logOperations = (): ApolloServerPlugin<Pick<RequestContext, 'caller' | 'log'>> => ({
  async requestDidStart() {
    const startedAt = performance.now();
    return {
      async willSendResponse({ contextValue, operationName, operation, errors, response: { body } }) {
        const refusals = refusalsIn(operation, body.kind === 'single' ? body.singleResult.data : null);
        contextValue.log.info(
          {
            operation: operationForLog(operationName, operation),
            role: contextValue.caller.role,
            durationMs: Math.round((performance.now() - startedAt) * 10) / 10,
            outcome: errors?.length ? [...new Set(errors.map(codeOf))].join(',') : refusals ? 'refused' : 'ok',
            ...(refusals && { codes: refusals }),
          },
          'operation',
        );
      },
    };
  },
});
