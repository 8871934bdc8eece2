import { randomUUID } from 'node:crypto';
import { SignJWT, importJWK } from 'jose';
import type { JWK } from 'jose';

/** What a request to the provider carries to say which client it is of. */
export interface ClientProof {
  readonly headers: Readonly<Record<string, string>>;
  readonly form: Readonly<Record<string, string>>;
}

export type ProveClient = () => Promise<ClientProof>;

export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const assertionSeconds = 60;

/** `client_secret_basic`. Both parts are form-encoded first (RFC 6749 §2.3.1). */
export function bySecret(clientId: string, secret: string): ProveClient {
  const encoded = [clientId, secret].map((part) => new URLSearchParams({ part }).toString().slice('part='.length)).join(':');
  const proof = { headers: { authorization: `Basic ${Buffer.from(encoded).toString('base64')}` }, form: {} };
  return async () => proof;
}

/**
 * `private_key_jwt` (RFC 7523): each proof is good once, for a minute.
 * @param audience the issuer's name
 * @param jwk a private key with `alg`
 */
export function byPrivateKey(clientId: string, audience: string, jwk: JWK): ProveClient {
  const alg = jwk.alg ?? 'EdDSA';
  return async () => {
    const assertion = await new SignJWT()
      .setProtectedHeader({ alg, typ: 'JWT', ...(jwk.kid !== undefined && { kid: jwk.kid }) })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(audience)
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime(`${assertionSeconds}s`)
      .sign(await importJWK(jwk, alg));
    return { headers: {}, form: { client_id: clientId, client_assertion_type: assertionType, client_assertion: assertion } };
  };
}
