import type { ApolloServerPlugin } from '@apollo/server';
import type { GraphQLError } from 'graphql';
import type { RequestContext } from './context.ts';

const codeOf = ({ extensions: { code } }: GraphQLError): string => (typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR');

/** One log line per operation: name, who kind of caller, how long, how it ended. Never variables or data. */
export const logOperations = (): ApolloServerPlugin<RequestContext> => ({
  async requestDidStart() {
    const startedAt = performance.now();
    return {
      async willSendResponse({ contextValue, operationName, operation, errors }) {
        const entry = {
          operation: operationName ?? operation?.operation ?? 'unknown',
          role: contextValue.caller.role,
          durationMs: Math.round((performance.now() - startedAt) * 10) / 10,
          outcome: errors?.length ? [...new Set(errors.map(codeOf))].join(',') : 'ok',
        };
        if (errors?.length) contextValue.log.info(entry, 'operation');
        else contextValue.log.debug(entry, 'operation');
      },
    };
  },
});
