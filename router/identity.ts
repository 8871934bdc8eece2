import { errors, jwtVerify } from 'jose';
import type { JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import type { Caller } from '#chassis/caller.ts';
import { unauthenticated } from './client-errors.ts';
import { isAccessToken, readClaims } from './identity/claims.ts';
import type { TokenFacts } from './identity/claims.ts';
import type { RevocationCheck } from './identity/revocation.ts';

export { localKeys } from './identity/keys.ts';

/** What a token proves, and for how long. */
export interface VerifiedToken {
  readonly caller: Caller;
  /** Milliseconds since 1970: from then on the token is refused. Sockets and streams that it opened end. */
  readonly expiresAt: number;
  /** By what it can be revoked, and whose session it is. Without them it belongs to no session that could be idle. */
  readonly facts?: TokenFacts;
}

/**
 * @throws GraphQLError UNAUTHENTICATED (HTTP 401) when the token is not one of ours, has expired, is revoked or says nothing usable;
 *   BAD_REQUEST or FORBIDDEN when its purpose does not fit; IDENTITY_UNAVAILABLE (503) when that cannot be known now
 */
export type TokenVerifier = (token: string) => Promise<VerifiedToken>;

export interface TrustedIssuer {
  /** The `iss` of its tokens; several names of the same issuer. */
  readonly issuer: string | string[];
  readonly audience: string;
  readonly keys: JWTVerifyGetKey;
  /** From `iat` to `exp`. A token that is good for longer is refused. */
  readonly longestLifetimeSeconds?: number;
  /** Asked in turn about each token that is good in itself. */
  readonly revocation?: readonly RevocationCheck[];
}

// Asymmetric only: with HS256 a published key would be a signing key.
const algorithms = ['EdDSA', 'Ed25519', 'ES256', 'ES384', 'PS256', 'RS256', 'RS384'];
const clockToleranceSeconds = 5;
export const defaultLongestLifetimeSeconds = 12 * 3_600;
const longestToken = 16 * 1024;

/** Checks access tokens of one issuer: signature, algorithm, type, issuer, audience, times, that the claims name a caller, and that nobody has revoked it. */
export function createTokenVerifier(options: TrustedIssuer): TokenVerifier {
  const { issuer, audience, keys, longestLifetimeSeconds = defaultLongestLifetimeSeconds, revocation = [] } = options;
  return async (token) => {
    if (token.length > longestToken) throw notValid();
    const { caller, facts, expiresAt } = await judge();
    for (const check of revocation) await check(facts, token);
    return { caller, facts, expiresAt };

    async function judge(): Promise<Required<VerifiedToken>> {
      try {
        const { payload, protectedHeader } = await jwtVerify(token, keys, {
          issuer,
          audience,
          algorithms,
          clockTolerance: clockToleranceSeconds,
          requiredClaims: ['exp', 'sub'],
        });
        const exp = payload.exp ?? 0;
        if (exp - (payload.iat ?? Date.now() / 1_000) > longestLifetimeSeconds)
          throw unauthenticated('The token is good for longer than tokens may be here.');
        if (!isAccessToken(protectedHeader, payload)) throw unauthenticated('This is a token, but no access token.');
        return { ...readClaims(payload), expiresAt: (exp + clockToleranceSeconds) * 1_000 };
      } catch (error) {
        if (error instanceof errors.JWTExpired) throw unauthenticated('The token has expired. Get a new one.');
        if (isTokensFault(error)) throw notValid();
        throw error;
      }
    }
  };
}

const notValid = () => unauthenticated('The token is not valid here. Get one from the issuer that this graph trusts.');

/**
 * The token of an `Authorization` header; null when there is no such header.
 * @throws GraphQLError UNAUTHENTICATED when it is of another scheme
 */
export function readBearer(header: string | undefined): string | null {
  if (header === undefined) return null;
  const token = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(header.trim())?.[1];
  if (!token) throw unauthenticated('The authorization header must be "Bearer" and a token.');
  return token;
}

// Keys that could not be fetched are our trouble, not the token's.
const isTokensFault = (error: unknown): boolean =>
  error instanceof z.ZodError ||
  error instanceof errors.JWTClaimValidationFailed ||
  error instanceof errors.JWTInvalid ||
  error instanceof errors.JWSInvalid ||
  error instanceof errors.JWSSignatureVerificationFailed ||
  error instanceof errors.JOSEAlgNotAllowed ||
  error instanceof errors.JOSENotSupported ||
  error instanceof errors.JWKSNoMatchingKey ||
  error instanceof errors.JWKSMultipleMatchingKeys;
