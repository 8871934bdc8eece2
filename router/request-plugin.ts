import type { ApolloServerPlugin } from '@apollo/server';
import { Kind } from 'graphql';
import type { DocumentNode, GraphQLError, OperationDefinitionNode, SelectionSetNode } from 'graphql';
import { challenge, isExpected, unauthenticated } from './client-errors.ts';
import type { RouterContext } from './request-context.ts';
import { recordResponse } from './request-log.ts';
import { defectForLog } from '#chassis/log-defect.ts';

export interface RequestPluginOptions {
  /** What a client must be signed in for; `data`: for all but reading the schema. */
  readonly signInFor: 'everything' | 'data' | 'nothing';
}

/** What happens around every operation: who has no token is refused, every error names the request, the log line is filled. */
export const requestPlugin = ({ signInFor }: RequestPluginOptions): ApolloServerPlugin<RouterContext> => ({
  async requestDidStart() {
    return {
      async didResolveOperation({ contextValue, operation, document }) {
        if (contextValue.caller || signInFor === 'nothing') return;
        if (signInFor === 'data' && operation && asksForSchemaOnly(operation, document)) return;
        throw unauthenticated('Sign in first: send "Authorization: Bearer" and a token.');
      },
      async didEncounterErrors({ contextValue, errors }) {
        for (const error of errors) {
          // A service's failure was logged where it happened.
          if (!isExpected(error.extensions['code']) && error.extensions['service'] === undefined) {
            contextValue.log.error({ defect: defectForLog(rootCause(error)), path: error.path }, 'a request failed unexpectedly');
          }
        }
      },
      async willSendResponse(request) {
        const { requestId } = request.contextValue;
        const { body, http } = request.response;
        if (http.status === 401) http.headers.set(challenge.name, challenge.value);
        if (body.kind === 'single' && body.singleResult.errors) {
          body.singleResult.errors = body.singleResult.errors.map((error) => ({
            ...error,
            extensions: { ...error.extensions, requestId },
          }));
        }
        recordResponse(request);
      },
    };
  },
});

const rootCause = (error: GraphQLError): Error => error.originalError ?? error;

/** Only `__schema`, `__type` and `__typename` at the root: nothing that belongs to anyone. */
export function asksForSchemaOnly(operation: OperationDefinitionNode, document: DocumentNode): boolean {
  const only = (set: SelectionSetNode): boolean =>
    set.selections.every((selection) => {
      if (selection.kind === Kind.FIELD) return selection.name.value.startsWith('__');
      if (selection.kind === Kind.INLINE_FRAGMENT) return only(selection.selectionSet);
      const fragment = document.definitions.find(
        (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value,
      );
      return fragment?.kind === Kind.FRAGMENT_DEFINITION && only(fragment.selectionSet);
    });
  return only(operation.selectionSet);
}
