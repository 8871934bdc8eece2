import type { HTTPGraphQLResponse } from '@apollo/server';

/** The request was a well-formed one of GraphQL over HTTP, and the operation in it was not executed. */
const requestErrors: ReadonlySet<string> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_USER_INPUT',
  'OPERATION_TOO_LARGE',
  'COST_LIMIT_EXCEEDED',
  'OPERATION_NOT_REGISTERED',
]);

/**
 * Under `application/json` a client cannot tell an answer of GraphQL from one of a proxy by its status, so the specification
 * (GraphQL over HTTP, "application/json") wants 200 for every well-formed request, also one whose document is wrong. Under
 * `application/graphql-response+json` the 400 stays.
 * @param codes the codes of the answer's errors
 */
export function withStatusOfMediaType(answer: HTTPGraphQLResponse, codes: readonly string[]): HTTPGraphQLResponse {
  const isPlainJson = answer.headers.get('content-type')?.startsWith('application/json') ?? false;
  return answer.status === 400 && isPlainJson && codes.length > 0 && codes.every((code) => requestErrors.has(code))
    ? { ...answer, status: 200 }
    : answer;
}
