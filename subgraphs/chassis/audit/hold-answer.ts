import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError } from 'graphql';
import type { RequestContext } from '../context.ts';
import { graphqlCodes } from '../errors.ts';
import type { AuditTrail, OperationKind } from '../audit-trail.ts';
import type { Logger } from 'pino';

/** What goes out instead of an answer whose audit record could not be written. Retryable, like any answer of a service that is away. */
export const notRecorded = (): GraphQLError =>
  new GraphQLError(graphqlCodes.SUBGRAPH_UNAVAILABLE, { extensions: { code: 'SUBGRAPH_UNAVAILABLE' } });

/** Writes what the answer shows. @returns false when that failed: the answer must not leave */
export async function recorded({ audit, log }: { audit: AuditTrail; log: Logger }, kind: OperationKind): Promise<boolean> {
  try {
    await audit.written(kind);
    return true;
  } catch (error) {
    log.error({ err: error }, 'an answer is held back: its audit record could not be written');
    return false;
  }
}

/** Holds each answer of an Apollo Server back until what it shows is on record. */
export const holdUntilRecorded = (): ApolloServerPlugin<Pick<RequestContext, 'audit' | 'log'>> => ({
  async requestDidStart() {
    return {
      async willSendResponse({ contextValue, operation, response }) {
        if (await recorded(contextValue, operation?.operation ?? 'query')) return;
        response.body = { kind: 'single', singleResult: { errors: [notRecorded().toJSON()] } };
      },
    };
  },
});
