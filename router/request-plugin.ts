import type { ApolloServerPlugin } from '@apollo/server';
import type { GraphQLError } from 'graphql';
import { challenge, isExpected } from './client-errors.ts';
import type { Admission } from './limits/admission.ts';
import type { Federation } from './federation.ts';
import type { RouterContext } from './request-context.ts';
import { recordResponse } from './request-log.ts';
import type { SignIn } from './sign-in.ts';
import { defectForLog } from '#chassis/log-defect.ts';

export interface RequestPluginOptions {
  readonly signIn: SignIn;
  readonly admit: Admission;
  readonly graph: Federation['graph'];
  /** May clients read what their operations cost? For development. */
  readonly tellCost: boolean;
}

/** Points; see docs/limits.md. */
const costHeader = 'x-operation-cost';

/** What happens around every operation: who has no token or asks too much is refused, every error names the request, the log line is filled. */
export const requestPlugin = ({ signIn, admit, graph, tellCost }: RequestPluginOptions): ApolloServerPlugin<RouterContext> => ({
  async requestDidStart() {
    return {
      async didResolveOperation({ contextValue, operation, document, request, response, schema }) {
        const refusal = signIn(contextValue.caller, operation, document);
        if (refusal) throw refusal;
        // Over other ways than HTTP it was admitted before it came here.
        if (!operation || !request.http) return;
        const { variables = {} } = request;
        const admitted = await admit({ document, operation, variables, graph: graph(schema) }, contextValue);
        for (const [name, value] of Object.entries(admitted.headers)) response.http.headers.set(name, value);
        if (tellCost && contextValue.record.cost !== undefined) response.http.headers.set(costHeader, String(contextValue.record.cost));
        if (admitted.refusal) throw admitted.refusal;
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
        if (http.status === 503) http.headers.set('retry-after', '1');
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
