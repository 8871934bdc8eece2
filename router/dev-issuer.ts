import { randomUUID } from 'node:crypto';
import { join, dirname } from 'node:path';
import { SignJWT } from 'jose';
import type { JSONWebKeySet, JWTPayload } from 'jose';
import { ConfigError } from '#chassis/config.ts';
import { openClients } from './dev-issuer/clients.ts';
import type { Client } from './dev-issuer/clients.ts';
import { algorithm, longestLifetimeSeconds, openKeyRing } from './dev-issuer/key-ring.ts';
import { openRevokedTokens } from './dev-issuer/revoked-tokens.ts';
import type { RevokedTokens } from './dev-issuer/revoked-tokens.ts';
import { createTokenVerifier } from './identity.ts';
import type { TokenVerifier } from './identity.ts';
import { refreshedKeys } from './identity/keys.ts';
import { revoked as tokenRevoked } from './identity/revocation.ts';
import type { PersonaClaims } from './personas.ts';

/** `iss` of development tokens that are made without a router: a name, not an address, so that it holds on any port. */
export const devIssuerName = 'urn:telemedicine:dev-issuer';
/** `aud` of the tokens of this graph. */
export const defaultAudience = 'telemedicine-graph';

export interface IssueOptions {
  /** The `iss`; the issuer's name unless given. */
  readonly issuer?: string;
  /** 12 hours unless given, and at most. */
  readonly lifetimeSeconds?: number;
  /** `sid`: the log-in that it comes of. */
  readonly sessionId?: string;
}

/** An issuer of tokens for demo people. Whoever can read its key file is anyone. */
export interface DevIssuer {
  /** The keys that are published now, as far as this process has looked. */
  readonly jwks: JSONWebKeySet;
  /** The same, after looking whether another process has changed them. */
  currentKeys(): Promise<JSONWebKeySet>;
  /** An access token. */
  issue(claims: PersonaClaims, options?: IssueOptions): Promise<string>;
  /** Signs other claims, as they are. */
  sign(payload: JWTPayload): Promise<string>;
  /** Believes this issuer's access tokens, under its name and under every address that it was reached at. */
  readonly verifyToken: TokenVerifier;
  readonly revoked: RevokedTokens;
  /** The demo clients by id; made with their keys at the first call. */
  clients(): Promise<ReadonlyMap<string, Client>>;
  /** Where its endpoints are, since a router serves them: its issuer identifier there. */
  readonly url: string;
  /** A router serves it at this origin. */
  serveAt(url: string): void;
  readonly now: () => number;
}

/**
 * Opens the issuer whose keys are in `file`; makes one (mode 0600) when there is none. Beside it are the tokens it revoked and the keys of demo clients.
 * @throws ConfigError when NODE_ENV is production, or a file is not what it should be
 */
export async function openDevIssuer(file: string, env: NodeJS.ProcessEnv = process.env, now: () => number = Date.now): Promise<DevIssuer> {
  if (env['NODE_ENV'] === 'production') {
    throw new ConfigError(
      'The development issuer does not run in production. Set OIDC_ISSUER, or JWKS_URL and JWT_ISSUER, to those of your identity provider.',
    );
  }
  const ring = await openKeyRing(file);
  const revoked = await openRevokedTokens(join(dirname(file), 'dev-issuer-revoked.json'), now);
  const names = [devIssuerName];
  let url = '';
  let clients: Promise<ReadonlyMap<string, Client>> | undefined;

  const currentKeys = async (): Promise<JSONWebKeySet> => {
    await ring.look();
    return ring.published(now());
  };
  const sign = async (payload: JWTPayload): Promise<string> => {
    await ring.look();
    const { kid, key } = await ring.signing(now());
    return new SignJWT(payload).setProtectedHeader({ alg: algorithm, kid, typ: 'JWT' }).sign(key);
  };
  return {
    get jwks() {
      return ring.published(now());
    },
    currentKeys,
    sign,
    issue(claims, { issuer = devIssuerName, lifetimeSeconds = longestLifetimeSeconds, sessionId } = {}) {
      const iat = Math.floor(now() / 1_000);
      return sign({
        ...claims,
        iss: issuer,
        aud: defaultAudience,
        jti: randomUUID(),
        ...(sessionId !== undefined && { sid: sessionId }),
        iat,
        exp: iat + Math.min(lifetimeSeconds, longestLifetimeSeconds),
      });
    },
    verifyToken: createTokenVerifier({
      issuer: names,
      audience: defaultAudience,
      keys: refreshedKeys(currentKeys, { maxAgeMs: 1_000, cooldownMs: 0, now }),
      longestLifetimeSeconds,
      revocation: [
        (facts) => {
          if (revoked.has(facts)) throw tokenRevoked();
        },
      ],
    }),
    revoked,
    clients: () => (clients ??= openClients(join(dirname(file), 'dev-clients.json'))),
    get url() {
      return url;
    },
    serveAt(address) {
      url = address;
      names.push(address);
    },
    now,
  };
}
