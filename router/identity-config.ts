import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ConfigError } from '#chassis/config.ts';
import { defaultAudience } from './dev-issuer.ts';

/** A list of who is out, in a file or at a URL. */
export interface RevocationListConfig {
  readonly file?: string | undefined;
  readonly url?: URL | undefined;
  readonly everyMs: number;
}

export interface IntrospectionConfig {
  readonly url: URL;
  readonly clientId: string;
  /** One of the two. */
  readonly secret?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly cacheMs: number;
}

/** An identity provider. Its keys are at a URL, in a file, or, without either, where its discovery document says. */
export interface ProviderConfig {
  readonly kind: 'provider';
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl?: URL | undefined;
  readonly jwksFile?: string | undefined;
  readonly longestLifetimeSeconds: number;
  readonly introspection?: IntrospectionConfig | undefined;
  readonly revocationList?: RevocationListConfig | undefined;
}

/** The issuer that is built in for development. */
export interface DevelopmentConfig {
  readonly kind: 'development';
  readonly keyFile: string;
  readonly revocationList?: RevocationListConfig | undefined;
}

/** Tokens come from an identity provider, or from the issuer that is built in for development. */
export type IdentityConfig = ProviderConfig | DevelopmentConfig;

const url = z.url({ protocol: /^https?$/ }).optional();
const text = z.string().min(1).optional();

/** The variables that say whose tokens are believed. */
export const identityVariables = {
  OIDC_ISSUER: url,
  JWKS_URL: url,
  JWKS_FILE: text,
  JWT_ISSUER: text,
  JWT_AUDIENCE: z.string().min(1).default(defaultAudience),
  JWT_MAX_LIFETIME_MINUTES: z.coerce.number().min(1).max(1_440).default(720),
  INTROSPECTION_URL: url,
  INTROSPECTION_CLIENT_ID: text,
  INTROSPECTION_CLIENT_SECRET: text,
  INTROSPECTION_KEY_FILE: text,
  INTROSPECTION_CACHE_SECONDS: z.coerce.number().min(0).max(30).default(20),
  REVOCATION_LIST_FILE: text,
  REVOCATION_LIST_URL: url,
  REVOCATION_POLL_SECONDS: z.coerce.number().min(1).max(30).default(10),
};

const variables = z.object(identityVariables);
type Variables = z.infer<typeof variables>;

const projectFolder = fileURLToPath(new URL('..', import.meta.url));

/** Where the development issuer keeps its keys: in DATA_DIR, by default `.data` of the project. */
export const devIssuerFile = (env: NodeJS.ProcessEnv): string => join(env['DATA_DIR'] || join(projectFolder, '.data'), 'dev-issuer.json');

/** @throws ConfigError when the variables do not go together, or name nobody in production */
export function readIdentity(config: Variables, production: boolean, env: NodeJS.ProcessEnv): IdentityConfig {
  const { OIDC_ISSUER, JWKS_URL, JWKS_FILE, JWT_ISSUER } = config;
  if (JWKS_URL && JWKS_FILE) throw new ConfigError('JWKS_URL and JWKS_FILE are two places for the same keys: set one of them.');
  if (OIDC_ISSUER && JWT_ISSUER && OIDC_ISSUER !== JWT_ISSUER)
    throw new ConfigError('OIDC_ISSUER and JWT_ISSUER name the same issuer: set one of them.');
  const issuer = OIDC_ISSUER ?? JWT_ISSUER;
  const hasKeys = Boolean(JWKS_URL ?? JWKS_FILE);
  const revocationList = readRevocationList(config);
  if (!issuer && !hasKeys) {
    if (production)
      throw new ConfigError(
        'The development issuer does not run in production. Set OIDC_ISSUER, or JWKS_URL and JWT_ISSUER, to those of your identity provider.',
      );
    if (config.INTROSPECTION_URL)
      throw new ConfigError('INTROSPECTION_URL belongs to an identity provider: set OIDC_ISSUER or JWT_ISSUER, too.');
    return { kind: 'development', keyFile: devIssuerFile(env), revocationList };
  }
  if (!issuer || !(hasKeys || OIDC_ISSUER))
    throw new ConfigError(
      'JWKS_URL (or JWKS_FILE) and JWT_ISSUER belong together: set both, or OIDC_ISSUER alone, or none for the development issuer.',
    );
  for (const [name, value] of Object.entries({
    OIDC_ISSUER,
    JWKS_URL,
    INTROSPECTION_URL: config.INTROSPECTION_URL,
    REVOCATION_LIST_URL: config.REVOCATION_LIST_URL,
  }))
    if (production && value && !isSafe(value))
      throw new ConfigError(`${name} must be https in production: what is asked there decides who gets in.`);
  return {
    kind: 'provider',
    issuer,
    audience: config.JWT_AUDIENCE,
    jwksUrl: JWKS_URL === undefined ? undefined : new URL(JWKS_URL),
    jwksFile: JWKS_FILE,
    longestLifetimeSeconds: config.JWT_MAX_LIFETIME_MINUTES * 60,
    introspection: readIntrospection(config),
    revocationList,
  };
}

function readIntrospection(config: Variables): IntrospectionConfig | undefined {
  const { INTROSPECTION_URL, INTROSPECTION_CLIENT_ID, INTROSPECTION_CLIENT_SECRET, INTROSPECTION_KEY_FILE } = config;
  if (!INTROSPECTION_URL) {
    if (INTROSPECTION_CLIENT_ID || INTROSPECTION_CLIENT_SECRET || INTROSPECTION_KEY_FILE)
      throw new ConfigError('INTROSPECTION_CLIENT_… is set, but not INTROSPECTION_URL: nobody would be asked.');
    return undefined;
  }
  if (!INTROSPECTION_CLIENT_ID || Boolean(INTROSPECTION_CLIENT_SECRET) === Boolean(INTROSPECTION_KEY_FILE))
    throw new ConfigError(
      'INTROSPECTION_URL needs INTROSPECTION_CLIENT_ID and one of INTROSPECTION_CLIENT_SECRET and INTROSPECTION_KEY_FILE.',
    );
  return {
    url: new URL(INTROSPECTION_URL),
    clientId: INTROSPECTION_CLIENT_ID,
    secret: INTROSPECTION_CLIENT_SECRET,
    keyFile: INTROSPECTION_KEY_FILE,
    cacheMs: config.INTROSPECTION_CACHE_SECONDS * 1_000,
  };
}

function readRevocationList({
  REVOCATION_LIST_FILE,
  REVOCATION_LIST_URL,
  REVOCATION_POLL_SECONDS,
}: Variables): RevocationListConfig | undefined {
  if (REVOCATION_LIST_FILE && REVOCATION_LIST_URL)
    throw new ConfigError('REVOCATION_LIST_FILE and REVOCATION_LIST_URL are two places for one list: set one of them.');
  if (!REVOCATION_LIST_FILE && !REVOCATION_LIST_URL) return undefined;
  return {
    file: REVOCATION_LIST_FILE,
    url: REVOCATION_LIST_URL === undefined ? undefined : new URL(REVOCATION_LIST_URL),
    everyMs: REVOCATION_POLL_SECONDS * 1_000,
  };
}

const isSafe = (address: string): boolean => {
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
};
