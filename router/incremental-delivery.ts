import type { ApolloServerPlugin, GraphQLResponse } from '@apollo/server';
import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import { HeaderMap } from '@apollo/server';
import { maskError } from './client-errors.ts';
import type { AnswerInParts, LaterResult, RouterResult } from './execute/router-result.ts';
import type { Federation } from './federation.ts';
import { usesDefer } from './plan/defer.ts';
import type { RouterContext } from './request-context.ts';
import { codesOf } from './request-log.ts';

/**
 * `@defer` for clients that take `multipart/mixed; deferSpec=20220824` (Apollo Client, urql, Relay). Every other client gets the
 * whole answer at once, which the specification allows. Apollo Server writes the parts; its gateway seam knows whole answers only.
 */
export const incrementalDelivery = (graph: Federation['graph']): ApolloServerPlugin<RouterContext> => ({
  async requestDidStart() {
    return {
      async responseForOperation({ document, queryHash, request, contextValue, schema }) {
        if (!takesParts(request.http?.headers.get('accept') ?? '') || !usesDefer(document)) return null;
        const { operationName, variables } = request;
        const answer = await graph(schema).executor.executeInParts(
          { document, documentKey: Buffer.from(String(queryHash), 'hex').toString('base64url'), operationName, variables },
          contextValue,
        );
        return 'later' in answer ? inParts(answer, contextValue) : whole(answer);
      },
    };
  },
});

/** Apollo Server also knows a newer format, whose parts do not repeat fields: for a client that prefers it nothing is deferred. */
const takesParts = (accept: string): boolean => /\bdeferSpec="?20220824\b/.test(accept) && !accept.includes('incrementalSpec');

type IncrementalBody = Extract<GraphQLResponse['body'], { kind: 'incremental' }>;
type Data = Record<string, unknown> | null;

const response = (body: GraphQLResponse['body']): GraphQLResponse => ({ http: { headers: new HeaderMap() }, body });

function whole({ data, errors }: RouterResult): GraphQLResponse {
  const singleResult = { ...(data !== undefined && { data: data as Data }), ...(errors && { errors: masked(errors) }) };
  return response({ kind: 'single', singleResult });
}

function inParts({ first, later }: AnswerInParts, { requestId, record }: RouterContext): GraphQLResponse {
  const named = (errors: readonly GraphQLError[]): GraphQLFormattedError[] =>
    masked(errors).map((error) => ({ ...error, extensions: { ...error.extensions, requestId } }));
  const part = ({ label, path, data, errors }: LaterResult) => ({
    path: [...path],
    data: data as Data,
    ...(label !== undefined && { label }),
    ...(errors && { errors: named(errors) }),
  });
  async function* subsequent(): IncrementalBody['subsequentResults'] {
    for await (const results of later) {
      const failed = results.flatMap(({ errors = [] }) => codesOf(masked(errors)));
      if (failed.length > 0) {
        record.outcome = 'partial';
        record.codes = [...new Set([...record.codes, ...failed])];
      }
      yield { incremental: results.map(part), hasNext: true };
    }
    yield { hasNext: false };
  }
  return response({
    kind: 'incremental',
    initialResult: { data: first.data as Data, ...(first.errors && { errors: named(first.errors) }), hasNext: true },
    subsequentResults: subsequent(),
  });
}

const masked = (errors: readonly GraphQLError[]): GraphQLFormattedError[] => errors.map((error) => maskError(error.toJSON()));
