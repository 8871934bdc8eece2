import type { DevIssuer } from '../dev-issuer.ts';
import { personas } from '../personas.ts';
import type { AuthorizationCodes, Grant } from './authorization-codes.ts';
import type { Client } from './clients.ts';
import { OAuthError } from './oauth-error.ts';
import { needed } from './parameters.ts';
import type { Parameters } from './parameters.ts';
import { grantedScopes } from './scopes.ts';

/** SMART Backend Services: at most five minutes. */
const systemTokenSeconds = 300;
const personTokenSeconds = 3_600;
const idTokenSeconds = 300;

/** A successful answer (RFC 6749 §5.1). */
export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
  readonly scope: string;
  readonly id_token?: string;
  /** SMART App Launch: whose chart it is about. */
  readonly patient?: string;
}

/** @throws OAuthError that says why there is no token */
export function answerTokenRequest(
  parameters: Parameters,
  client: Client,
  issuer: DevIssuer,
  codes: AuthorizationCodes,
): Promise<TokenAnswer> {
  const grantType = needed(parameters, 'grant_type');
  if (grantType === 'client_credentials') return forClient(parameters, client, issuer);
  if (grantType === 'authorization_code') return forCode(parameters, client, issuer, codes);
  throw new OAuthError('unsupported_grant_type', 'grant_type is authorization_code or client_credentials.');
}

async function forClient(parameters: Parameters, client: Client, issuer: DevIssuer): Promise<TokenAnswer> {
  if (client.kind !== 'confidential' || !client.persona)
    throw new OAuthError('unauthorized_client', 'This client does not act for itself.');
  const claims = personas[client.persona].claims();
  const scope = grantedScopes(parameters.get('scope'), claims.scope);
  if (scope === null) throw new OAuthError('invalid_scope', `This client may have: ${claims.scope}.`);
  const lifetimeSeconds = systemTokenSeconds;
  return {
    access_token: await issuer.issue({ ...claims, client_id: client.id, scope }, { issuer: issuer.url, lifetimeSeconds }),
    token_type: 'Bearer',
    expires_in: lifetimeSeconds,
    scope,
  };
}

async function forCode(parameters: Parameters, client: Client, issuer: DevIssuer, codes: AuthorizationCodes): Promise<TokenAnswer> {
  const grant = codes.redeem(needed(parameters, 'code'), {
    clientId: client.id,
    redirectUri: needed(parameters, 'redirect_uri'),
    verifier: needed(parameters, 'code_verifier'),
  });
  if (grant && 'replayed' in grant) await issuer.revoked.revokeSession(grant.replayed);
  if (!grant || 'replayed' in grant)
    throw new OAuthError(
      'invalid_grant',
      'The code is not good: unknown, used, older than a minute, or of another client, redirect_uri or verifier.',
    );
  const { claims, sessionId } = grant;
  const lifetimeSeconds = personTokenSeconds;
  return {
    access_token: await issuer.issue(claims, { issuer: issuer.url, lifetimeSeconds, sessionId }),
    token_type: 'Bearer',
    expires_in: lifetimeSeconds,
    scope: claims.scope,
    ...(claims.scope.split(' ').includes('openid') && { id_token: await idToken(grant, issuer) }),
    ...(claims.patient_id !== undefined && { patient: claims.patient_id }),
  };
}

/** OpenID Connect Core §2. */
function idToken({ claims, clientId, nonce, sessionId, loggedInAt }: Grant, issuer: DevIssuer): Promise<string> {
  const iat = Math.floor(issuer.now() / 1_000);
  return issuer.sign({
    iss: issuer.url,
    sub: claims.sub,
    aud: clientId,
    iat,
    exp: iat + idTokenSeconds,
    auth_time: Math.floor(loggedInAt / 1_000),
    sid: sessionId,
    ...(nonce !== undefined && { nonce }),
  });
}
