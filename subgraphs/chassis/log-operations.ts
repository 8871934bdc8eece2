import type { ApolloServerPlugin } from '@apollo/server';
import type { GraphQLError, OperationDefinitionNode } from 'graphql';
import type { RequestContext } from './context.ts';
import { operationForLog, refusalsIn } from './log-outcome.ts';

type LogContext = Pick<RequestContext, 'caller' | 'log'>;

const codeOf = ({ extensions: { code } }: GraphQLError): string => (typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR');

/** How an operation ended. */
export interface OperationEnd {
  /** Undefined when the document could not be read. */
  operation: OperationDefinitionNode | undefined;
  operationName: string | null | undefined;
  /** On the clock of `performance.now()`. */
  startedAt: number;
  data: unknown;
  errors: readonly GraphQLError[] | undefined;
}

/** One log line per operation, with the id of the request: name, who kind of caller, how long, how it ended. Never variables or data. */
export function logOperation({ log, caller }: LogContext, { operation, operationName, startedAt, data, errors }: OperationEnd): void {
  const refusals = refusalsIn(operation, data);
  log.info(
    {
      operation: operationForLog(operationName, operation),
      role: caller.role,
      durationMs: Math.round((performance.now() - startedAt) * 10) / 10,
      outcome: errors?.length ? [...new Set(errors.map(codeOf))].join(',') : refusals ? 'refused' : 'ok',
      ...(refusals && { codes: refusals }),
    },
    'operation',
  );
}

/** The log lines of an Apollo Server. */
export const logOperations = (): ApolloServerPlugin<LogContext> => ({
  async requestDidStart() {
    const startedAt = performance.now();
    return {
      async willSendResponse({ contextValue, operationName, operation, errors, response: { body } }) {
        const data = body.kind === 'single' ? body.singleResult.data : null;
        logOperation(contextValue, { operation, operationName, startedAt, data, errors });
      },
    };
  },
});
