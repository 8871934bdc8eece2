import { createLocalJWKSet, createRemoteJWKSet, errors, jwtVerify } from 'jose';
import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { roles } from '#chassis/caller.ts';
import type { Caller } from '#chassis/caller.ts';
import { unauthenticated } from './client-errors.ts';

/** What a token proves, and for how long. */
export interface VerifiedToken {
  readonly caller: Caller;
  /** Milliseconds since 1970: from then on the token is refused. Sockets and streams that it opened end. */
  readonly expiresAt: number;
}

/** @throws GraphQLError UNAUTHENTICATED (HTTP 401) when the token is not one of ours, has expired or says nothing usable */
export type TokenVerifier = (token: string) => Promise<VerifiedToken>;

export interface TrustedIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: JWTVerifyGetKey;
}

// Asymmetric only: with HS256 a published key would be a signing key.
const algorithms = ['EdDSA', 'RS256', 'ES256'];
const clockToleranceSeconds = 5;

export const remoteKeys = (url: URL): JWTVerifyGetKey => createRemoteJWKSet(url, { timeoutDuration: 3_000, cooldownDuration: 10_000 });
export const localKeys = (jwks: JSONWebKeySet): JWTVerifyGetKey => createLocalJWKSet(jwks);

const claims = z
  .object({
    sub: z.string().min(1).max(200),
    role: z.enum(roles).exclude(['SYSTEM']), // only services act as SYSTEM, never a client
    patient_id: z.string().optional(),
    practitioner_id: z.string().optional(),
    organization_id: z.string().optional(),
    scope: z.string().default(''),
  })
  .refine((value) => value.role !== 'PATIENT' || value.patient_id !== undefined)
  .refine((value) => value.role !== 'PRACTITIONER' || value.practitioner_id !== undefined)
  .refine((value) => !['PHARMACY', 'PAYER'].includes(value.role) || value.organization_id !== undefined);

/** Checks access tokens of one issuer: signature, algorithm, issuer, audience, expiry, and that the claims name a caller. */
export function createTokenVerifier({ issuer, audience, keys }: TrustedIssuer): TokenVerifier {
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms,
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ['exp', 'sub'],
      });
      return { caller: toCaller(claims.parse(payload)), expiresAt: ((payload.exp ?? 0) + clockToleranceSeconds) * 1_000 };
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw unauthenticated('The token has expired. Get a new one.');
      if (isTokensFault(error)) throw unauthenticated('The token is not valid here. Get one from the issuer that this graph trusts.');
      throw error;
    }
  };
}

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

function toCaller({ sub, role, patient_id, practitioner_id, organization_id, scope }: z.infer<typeof claims>): Caller {
  return {
    role,
    subject: sub,
    ...(patient_id !== undefined && { patientId: patient_id }),
    ...(practitioner_id !== undefined && { practitionerId: practitioner_id }),
    ...(organization_id !== undefined && { organizationId: organization_id }),
    scopes: scope.split(' ').filter(Boolean),
  };
}

// Keys that could not be fetched are our trouble, not the token's: that stays an unexpected error.
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
