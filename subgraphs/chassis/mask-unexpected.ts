import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { graphqlCodes } from './errors.ts';

/** Errors with a code of ours were meant for the caller; anything else is a defect: logged whole, answered without detail. */
export function maskUnexpected(formatted: GraphQLFormattedError, error: unknown, log: Logger): GraphQLFormattedError {
  const code = formatted.extensions?.['code'];
  if (typeof code === 'string' && Object.hasOwn(graphqlCodes, code) && code !== 'INTERNAL_SERVER_ERROR') return formatted;
  log.error({ err: error instanceof GraphQLError ? (error.originalError ?? error) : error, path: formatted.path }, 'a resolver failed');
  const { locations, path } = formatted;
  return {
    message: graphqlCodes.INTERNAL_SERVER_ERROR,
    ...(locations && { locations }),
    ...(path && { path }),
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  };
}

/** The same for what graphql-js gives, outside of Apollo Server. */
export function maskedError(error: unknown, log: Logger): GraphQLError {
  const located = error instanceof GraphQLError ? error : new GraphQLError('', { originalError: error as Error });
  const masked = maskUnexpected(located.toJSON(), error, log);
  if (masked.message === located.message && masked.extensions?.['code'] === located.extensions['code']) return located;
  const { nodes, path } = located;
  return new GraphQLError(masked.message, {
    ...(nodes && { nodes }),
    ...(path && { path }),
    ...(masked.extensions && { extensions: masked.extensions }),
  });
}
