import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import type { JSONWebKeySet } from 'jose';
import type { DevIssuer } from '../dev-issuer.ts';
import { assertionType } from '../identity/client-proof.ts';
import type { Client } from './clients.ts';
import { endpoints } from './endpoints.ts';
import { OAuthError } from './oauth-error.ts';
import { needed } from './parameters.ts';
import type { Parameters } from './parameters.ts';

export const assertionAlgorithms = ['ES384', 'ES256', 'RS384', 'EdDSA'];
const longestSeconds = 300;
const mostRemembered = 10_000;

const toleranceSeconds = 5;

/** Finds out which client asks. @throws OAuthError invalid_client (401) */
export type AuthenticateClient = (parameters: Parameters) => Promise<Client>;

/**
 * Confidential clients prove themselves with `private_key_jwt` (RFC 7523 §3): signed by their key, for this issuer, for at most five minutes, each assertion
 * once. Public ones only say who they are.
 */
export function clientAuthentication(issuer: DevIssuer): AuthenticateClient {
  const used = new Map<string, number>();

  /** @returns false when the assertion was used before */
  function useOnce(key: string, until: number): boolean {
    const now = issuer.now();
    for (const [old, end] of used) if (end <= now) used.delete(old);
    if (used.has(key) || used.size >= mostRemembered) return false;
    used.set(key, until);
    return true;
  }

  return async (parameters) => {
    const assertion = parameters.get('client_assertion');
    const clients = await issuer.clients();
    if (assertion === undefined) {
      const client = clients.get(needed(parameters, 'client_id'));
      if (client?.kind !== 'public') throw refused('A public client says client_id, any other proves itself with private_key_jwt.');
      return client;
    }
    if (parameters.get('client_assertion_type') !== assertionType) throw refused(`client_assertion_type must be ${assertionType}.`);
    const client = clients.get(claimedClient(assertion));
    const named = parameters.get('client_id');
    if (client?.kind !== 'confidential' || (named !== undefined && named !== client.id))
      throw refused('The assertion is not of a known client.');
    const { jti, exp = 0 } = await verified(assertion, client.publicKey, client.id);
    if (jti === undefined || exp > issuer.now() / 1_000 + longestSeconds)
      throw refused(`The assertion needs a jti, and may be good for at most ${longestSeconds} s.`);
    if (!useOnce(JSON.stringify([client.id, jti]), (exp + toleranceSeconds) * 1_000))
      throw refused('The assertion was used before. Sign a new one for each request.');
    return client;
  };

  async function verified(assertion: string, key: JSONWebKeySet['keys'][number], clientId: string) {
    const keys = createLocalJWKSet({ keys: [key] });
    try {
      const { payload } = await jwtVerify(assertion, keys, {
        issuer: clientId,
        subject: clientId,
        audience: [issuer.url, issuer.url + endpoints.token],
        algorithms: assertionAlgorithms,
        requiredClaims: ['exp', 'jti'],
        clockTolerance: toleranceSeconds,
        currentDate: new Date(issuer.now()),
      });
      return payload;
    } catch {
      throw refused('The assertion is not signed by the key of the client for this issuer, or has expired.');
    }
  }
}

function claimedClient(assertion: string): string {
  try {
    return decodeJwt(assertion).sub ?? '';
  } catch {
    return '';
  }
}

const refused = (description: string): OAuthError => new OAuthError('invalid_client', description, 401);
