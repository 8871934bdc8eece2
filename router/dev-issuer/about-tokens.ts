import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import type { JWTPayload } from 'jose';
import type { DevIssuer } from '../dev-issuer.ts';
import { mayIntrospect } from './clients.ts';
import type { Client } from './clients.ts';
import { OAuthError } from './oauth-error.ts';
import { needed } from './parameters.ts';
import type { Parameters } from './parameters.ts';

/** Is a token good, and what does it say (RFC 7662)? What a client may not know about is not active to it. */
export async function introspect(parameters: Parameters, client: Client, issuer: DevIssuer): Promise<object> {
  if (client.kind !== 'confidential')
    throw new OAuthError('invalid_client', 'Only a client that has proved itself is told about tokens.', 401);
  const token = needed(parameters, 'token');
  const verified = await issuer.verifyToken(token).catch(() => null);
  if (!verified || !mayIntrospect(client, verified.caller.clientId)) return { active: false };
  const claims: Record<string, unknown> = decodeJwt(token);
  return { ...claims, active: true, token_type: 'Bearer' };
}

/**
 * Takes a token back (RFC 7009): at once, on open sockets and streams within seconds. One that is not good any more needs nothing.
 * @throws OAuthError when it is another client's
 */
export async function revoke(parameters: Parameters, client: Client, issuer: DevIssuer): Promise<void> {
  const verified = await issuer.verifyToken(needed(parameters, 'token')).catch(() => null);
  if (!verified?.facts?.id) return;
  if (verified.caller.clientId !== client.id) throw new OAuthError('invalid_grant', 'The token was given to another client.');
  await issuer.revoked.revokeToken(verified.facts.id);
}

/**
 * Ends a log-in with all its tokens (OpenID Connect RP-Initiated Logout).
 * @returns the client that it was a log-in to
 * @throws OAuthError when the hint is no ID token of this issuer
 */
export async function endSession(parameters: Parameters, issuer: DevIssuer): Promise<string> {
  const { sid, aud } = await readIdToken(needed(parameters, 'id_token_hint'), issuer);
  if (typeof sid !== 'string' || typeof aud !== 'string')
    throw new OAuthError('invalid_request', 'The id_token_hint is no ID token of this issuer.');
  await issuer.revoked.revokeSession(sid);
  return aud;
}

/** One that has expired is still a hint. */
async function readIdToken(token: string, issuer: DevIssuer): Promise<JWTPayload> {
  const issuedAt = new Date((decoded(token).iat ?? 0) * 1_000);
  try {
    const keys = createLocalJWKSet(await issuer.currentKeys());
    return (await jwtVerify(token, keys, { issuer: issuer.url, currentDate: issuedAt })).payload;
  } catch {
    throw new OAuthError('invalid_request', 'The id_token_hint is no ID token of this issuer.');
  }
}

function decoded(token: string): JWTPayload {
  try {
    return decodeJwt(token);
  } catch {
    return {};
  }
}
