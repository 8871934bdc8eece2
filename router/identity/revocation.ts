import type { GraphQLError } from 'graphql';
import { unauthenticated } from '../client-errors.ts';
import type { TokenFacts } from './claims.ts';

/**
 * Is a token that is good in itself still wanted?
 * @throws GraphQLError UNAUTHENTICATED when it is revoked, IDENTITY_UNAVAILABLE when that cannot be known any more
 */
export type RevocationCheck = (facts: TokenFacts, token: string) => void | Promise<void>;

/**
 * How long "it was not revoked" holds while it cannot be asked again. With what a socket may be late in asking (10 s) it stays below the minute within
 * which a revoked token must be out.
 */
export const graceMs = 45_000;

export const revoked = (): GraphQLError => unauthenticated('The token has been revoked. Sign in again.');
