import { readFile } from 'node:fs/promises';
import type { JSONWebKeySet, JWK, JWTVerifyGetKey } from 'jose';
import type { Logger } from 'pino';
import { ConfigError } from '#chassis/config.ts';
import { createLogger } from '#chassis/log.ts';
import { openDevIssuer } from './dev-issuer.ts';
import type { DevIssuer } from './dev-issuer.ts';
import type { IdentityConfig, IntrospectionConfig, ProviderConfig, RevocationListConfig } from './identity-config.ts';
import { createTokenVerifier, localKeys } from './identity.ts';
import type { TokenVerifier } from './identity.ts';
import { byPrivateKey, bySecret } from './identity/client-proof.ts';
import { discoveredKeySet } from './identity/discovery.ts';
import { fetchJson } from './identity/fetch-json.ts';
import { introspection } from './identity/introspection.ts';
import { readKeySet, refreshedKeys } from './identity/keys.ts';
import { reasonOf } from './identity/reason.ts';
import type { RevocationCheck } from './identity/revocation.ts';
import { polledRevocationList } from './identity/revocation-list.ts';
import { watchedFile } from './identity/watched-file.ts';

export interface OpenIdentity {
  readonly verifyToken: TokenVerifier;
  readonly devIssuer?: DevIssuer;
  /** Ends what watches files and polls. */
  readonly close: () => void;
}

/**
 * Whose tokens the router believes, as configured.
 * @throws ConfigError when a file cannot be used, or the issuer is not the one that was configured. One that is away at the start is waited for: until it
 *   answers, who comes with a token is told to try again
 */
export async function openIdentity(config: IdentityConfig, log: Logger = createLogger('router')): Promise<OpenIdentity> {
  const closers: (() => void)[] = [];
  const close = (): void => closers.forEach((end) => end());
  try {
    const list = config.revocationList && (await openRevocationList(config.revocationList, log, closers));
    if (config.kind === 'development') {
      const devIssuer = await openDevIssuer(config.keyFile);
      await devIssuer.clients(); // their keys are there for whoever wants to try them
      return { devIssuer, verifyToken: list ? alsoCheck(devIssuer.verifyToken, list) : devIssuer.verifyToken, close };
    }
    const { issuer, audience, longestLifetimeSeconds } = config;
    const ask = config.introspection && (await openIntrospection(config.introspection, issuer, log));
    const revocation = [list, ask].filter((check) => check !== undefined);
    if (revocation.length === 0)
      log.warn('neither REVOCATION_LIST_FILE, REVOCATION_LIST_URL nor INTROSPECTION_URL is set: a token is good until it expires');
    const keys = await openKeys(config, log, closers);
    return { verifyToken: createTokenVerifier({ issuer, audience, keys, longestLifetimeSeconds, revocation }), close };
  } catch (error) {
    close();
    throw error;
  }
}

async function openKeys({ issuer, jwksUrl, jwksFile }: ProviderConfig, log: Logger, closers: (() => void)[]): Promise<JWTVerifyGetKey> {
  if (jwksFile !== undefined) {
    const file = await watchedFile(jwksFile, (json) => localKeys(readKeySet(json)), { log, name: 'JWKS_FILE' });
    closers.push(() => file.close());
    return (header, token) => file.value(header, token);
  }
  const load = (): Promise<JSONWebKeySet> => (jwksUrl ? fetchJson(jwksUrl).then(readKeySet) : discoveredKeySet(issuer));
  const onFailure = (error: unknown): void =>
    log.error({ reason: reasonOf(error) }, "the issuer's keys cannot be fetched; those known go on");
  let first: Promise<JSONWebKeySet> | undefined = load();
  await first.catch((error: unknown) => {
    if (error instanceof ConfigError) throw error;
  });
  return refreshedKeys(
    () => {
      const loading = first ?? load();
      first = undefined;
      return loading;
    },
    { onFailure },
  );
}

async function openRevocationList(
  { file, url, everyMs }: RevocationListConfig,
  log: Logger,
  closers: (() => void)[],
): Promise<RevocationCheck> {
  const load = async (): Promise<unknown> => (file === undefined ? fetchJson(url as URL) : JSON.parse(await readFile(file, 'utf8')));
  const onFailure = (error: unknown): void =>
    log.error({ reason: reasonOf(error) }, 'the revocation list cannot be read; soon nobody is let in without it');
  const list = polledRevocationList(load, { everyMs, onFailure });
  closers.push(() => list.close());
  await list.poll();
  return list.check;
}

async function openIntrospection(config: IntrospectionConfig, issuer: string, log: Logger): Promise<RevocationCheck> {
  const { url, clientId, secret, keyFile, cacheMs } = config;
  const prove = secret === undefined ? byPrivateKey(clientId, issuer, await readPrivateKey(keyFile ?? '')) : bySecret(clientId, secret);
  const onFailure = (error: unknown): void =>
    log.error({ reason: reasonOf(error) }, 'the issuer cannot be asked about tokens; soon nobody is let in without it');
  return introspection({ url, prove, cacheMs, onFailure });
}

async function readPrivateKey(file: string): Promise<JWK> {
  try {
    const jwk = JSON.parse(await readFile(file, 'utf8')) as JWK;
    if (typeof jwk.kty !== 'string' || typeof jwk.d !== 'string' || typeof jwk.alg !== 'string')
      throw new Error('kty, alg or d is missing');
    return jwk;
  } catch (error) {
    throw new ConfigError(`INTROSPECTION_KEY_FILE: ${file} is not a private JSON Web Key with "alg": ${reasonOf(error)}`, { cause: error });
  }
}

const alsoCheck =
  (verifyToken: TokenVerifier, check: RevocationCheck): TokenVerifier =>
  async (text) => {
    const token = await verifyToken(text);
    if (token.facts) await check(token.facts, text);
    return token;
  };
