import { GraphQLError } from 'graphql';
import type { GraphQLFormattedError } from 'graphql';
import { graphqlCodes, requestCodes as ownCodes } from '#chassis/errors.ts';

export type GraphqlCode = keyof typeof graphqlCodes;
export type ErrorPath = readonly (string | number)[];

/** What a client reads when a service failed. Says nothing about the service's inside. */
const genericMessages: Readonly<Partial<Record<GraphqlCode, string>>> = {
  UNAUTHENTICATED: 'Sign in first: this needs a valid token in the authorization header.',
  FORBIDDEN: 'You may not do this.',
  NOT_FOUND: 'It is not there, or not yours to see. Check the id and who you are signed in as.',
  BAD_USER_INPUT: 'A variable or argument has a value that the field does not accept.',
  SUBGRAPH_UNAVAILABLE:
    'The service that owns this field does not answer at the moment. The rest of the answer is good; try again shortly.',
  SUBGRAPH_TIMEOUT:
    'The service that owns this field did not answer in time. A mutation may have taken effect: repeat it with the same idempotency key.',
  SUBGRAPH_ERROR: 'The service that owns this field answered something that could not be used. Quote the request id.',
};

export const unexpectedMessage = 'Something went wrong on our side. Quote the request id.';

// Their text names an argument or a right and is written for the caller; every other text stays inside.
const spokenBySubgraphs: ReadonlySet<GraphqlCode> = new Set(['BAD_USER_INPUT', 'UNAUTHENTICATED', 'FORBIDDEN']);
const longestMessage = 500;

/** Codes of the router's own refusals, and of requests that are wrong in themselves or come too often; their messages quote the request only. */
const requestCodes: ReadonlySet<string> = new Set<keyof typeof ownCodes | GraphqlCode>([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'OPERATION_TOO_LARGE',
  'COST_LIMIT_EXCEEDED',
  'OPERATION_NOT_REGISTERED',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'RATE_LIMITED',
  'ROUTER_BUSY',
  'UNAUTHORIZED_FIELD_OR_TYPE',
  'SESSION_IDLE',
  'IDENTITY_UNAVAILABLE',
]);

/** What a refusal may say besides its code: which limit was met, and when to come again. */
const spokenOfRefusals = ['limit', 'value', 'most', 'retryAfterSeconds'];

const isGraphqlCode = (code: unknown): code is GraphqlCode => typeof code === 'string' && Object.hasOwn(graphqlCodes, code);

/** An error of a service, as the client may see it. */
export function serviceError(code: GraphqlCode, service: string, path?: ErrorPath, message?: string): GraphQLFormattedError {
  return {
    message: message ?? genericMessages[code] ?? unexpectedMessage,
    ...(path && { path }),
    extensions: { code, service },
  };
}

/** Is this a code that a client may read with its message, and no defect of ours? */
export const isExpected = (code: unknown): boolean =>
  (isGraphqlCode(code) && code !== 'INTERNAL_SERVER_ERROR') || (typeof code === 'string' && requestCodes.has(code));

/** What is left of a subgraph's own error after the white list: path, a code of the catalogue, a message where it is meant for the caller. */
export function allowedError(error: GraphQLFormattedError, service: string): GraphQLFormattedError {
  const code = allowedCode(error.extensions?.['code']);
  const message = spokenBySubgraphs.has(code) && typeof error.message === 'string' ? error.message.slice(0, longestMessage) : undefined;
  return serviceError(code, service, Array.isArray(error.path) ? error.path : undefined, message);
}

function allowedCode(code: unknown): GraphqlCode {
  // The router wrote that document: when a subgraph cannot read it, their schemas differ. Not the client's mistake.
  if (code === 'GRAPHQL_PARSE_FAILED' || code === 'GRAPHQL_VALIDATION_FAILED') return 'SUBGRAPH_ERROR';
  return isGraphqlCode(code) ? code : 'INTERNAL_SERVER_ERROR';
}

/**
 * Last wall before the client, for `ApolloServer({ formatError })`: keeps the code, the path and the service, and the messages
 * that are ours. What nobody expected becomes INTERNAL_SERVER_ERROR without detail.
 */
export function maskError(formatted: GraphQLFormattedError): GraphQLFormattedError {
  const { message, locations, path, extensions } = formatted;
  const code = extensions?.['code'];
  const service = extensions?.['service'];
  const place = { ...(locations && { locations }), ...(path && { path }) };
  const origin = typeof service === 'string' ? { service } : {};
  return isExpected(code)
    ? { message, ...place, extensions: { code, ...origin, ...numbersOf(extensions) } }
    : { message: unexpectedMessage, ...place, extensions: { code: 'INTERNAL_SERVER_ERROR', ...origin } };
}

/** @returns an error that refuses the whole request with HTTP 401 */
export const unauthenticated = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code: 'UNAUTHENTICATED', http: { status: 401 } } });

/** The header that HTTP wants beside every 401. */
export const challenge = { name: 'www-authenticate', value: 'Bearer' } as const;

/** A null where the schema promises a value, or a value of another type than it says: a service broke its contract. */
export const unusableValue = (path: ErrorPath): GraphQLError =>
  new GraphQLError(genericMessages.SUBGRAPH_ERROR ?? unexpectedMessage, { path, extensions: { code: 'SUBGRAPH_ERROR' } });

/** The schema asks for a right that the caller does not have. */
export const unauthorized = (path: ErrorPath): GraphQLError =>
  new GraphQLError(ownCodes.UNAUTHORIZED_FIELD_OR_TYPE, { path, extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } });

export const tooComplex = (): GraphQLError =>
  new GraphQLError('This operation can be answered in too many ways to plan it. Ask for less at once.', {
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
  });

export const plannerBusy = (): GraphQLError =>
  new GraphQLError('Too many operations that are new here wait to be planned. Try again in a second.', {
    extensions: { code: 'ROUTER_BUSY', http: { status: 503 } },
  });

const numbersOf = (extensions: GraphQLFormattedError['extensions']): Record<string, unknown> =>
  Object.fromEntries(spokenOfRefusals.flatMap((key) => (extensions?.[key] === undefined ? [] : [[key, extensions[key]]])));
