import type { GraphQLFormattedError } from 'graphql';
import type { GraphqlCode } from '../client-errors.ts';
import type { SubgraphAnswer } from './transport.ts';

/** A GraphQL response that the executor can merge. */
export interface GraphqlAnswer {
  readonly data: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLFormattedError[];
}

export interface UnusableAnswer {
  readonly code: GraphqlCode;
  /** For the log. */
  readonly reason: string;
}

/** Is this a GraphQL response? Anything else must not reach the merge. Each call reads its own copy of a text. */
export function readAnswer(answer: SubgraphAnswer): GraphqlAnswer | UnusableAnswer {
  if ('result' in answer) return readResponse(answer.result);
  const { status, body } = answer;
  // The subgraph did not believe the router, so this is a wrong LINK_KEYS, not a client without a token.
  if (status === 401) return { code: 'SUBGRAPH_ERROR', reason: 'it refused the token of the router' };
  const response = parseObject(body);
  if (response && ('data' in response || Array.isArray(response['errors']))) return readResponse(response);
  return status >= 500
    ? { code: 'SUBGRAPH_UNAVAILABLE', reason: `status ${status}` }
    : { code: 'SUBGRAPH_ERROR', reason: `no GraphQL response, status ${status}` };
}

function readResponse({ data = null, errors }: { readonly data?: unknown; readonly errors?: unknown }): GraphqlAnswer | UnusableAnswer {
  if (errors !== undefined && !isErrorList(errors)) return { code: 'SUBGRAPH_ERROR', reason: 'errors is not a list of errors' };
  if (data !== null && !isObject(data)) return { code: 'SUBGRAPH_ERROR', reason: 'data is not an object' };
  if (data === null && !errors?.length) return { code: 'SUBGRAPH_ERROR', reason: 'neither data nor errors' };
  return { data, ...(errors?.length && { errors }) };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const isErrorList = (value: unknown): value is GraphQLFormattedError[] => Array.isArray(value) && value.every(isObject);

function parseObject(body: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : null;
  } catch {
    return null; // not JSON: the caller says what that means
  }
}
