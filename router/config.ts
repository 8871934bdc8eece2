import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ConfigError, port, readConfig } from '#chassis/config.ts';
import { subgraphUrls } from '#chassis/http-courier.ts';
import { linkKey, readLinkKeys } from '#chassis/internal-token.ts';
import type { LinkKeys } from '#chassis/internal-token.ts';
import { subgraphNames } from '#schema/events.ts';
import type { SubgraphName } from '#schema/events.ts';
import { defaultAudience } from './dev-issuer.ts';

/** Tokens come from an identity provider, or from the issuer that is built in for development. */
export type IdentityConfig =
  | { readonly kind: 'provider'; readonly jwksUrl: URL; readonly issuer: string; readonly audience: string }
  | { readonly kind: 'development'; readonly keyFile: string };

/** What the router needs to know wherever its subgraphs run. */
export interface RouterSettings {
  readonly port: number;
  readonly host: string | undefined;
  readonly production: boolean;
  readonly requestDeadlineMs: number;
  /** Origins of pages that may open WebSockets beside those of the router's own. */
  readonly allowedOrigins: readonly string[];
  readonly shareQueries: boolean;
  readonly supergraphFile: string | undefined;
  readonly registeredOperationsFile: string | undefined;
  readonly identity: IdentityConfig;
}

export interface RouterConfig extends RouterSettings {
  /** Base URL of each subgraph, without a path. */
  readonly subgraphUrls: Readonly<Record<SubgraphName, string>>;
  readonly linkKeys: LinkKeys;
}

const projectFolder = fileURLToPath(new URL('..', import.meta.url));

const shareQueries = z.enum(['on', 'off']).default('on');

const settings = z.object({
  ROUTER_PORT: port.default(4000),
  HOST: z.string().optional(),
  NODE_ENV: z.string().optional(),
  SUPERGRAPH_FILE: z.string().min(1).optional(),
  REGISTERED_OPERATIONS: z.string().min(1).optional(),
  REQUEST_DEADLINE_MS: z.coerce.number().int().min(100).max(60_000).default(10_000),
  ALLOWED_ORIGINS: z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((origin) => origin.trim() || []))
    .pipe(z.array(z.url({ protocol: /^https?$/ }).transform((url) => new URL(url).origin))),
  ROUTER_SHARE_QUERIES: shareQueries,
  JWKS_URL: z.url({ protocol: /^https?$/ }).optional(),
  JWT_ISSUER: z.string().min(1).optional(),
  JWT_AUDIENCE: z.string().min(1).default(defaultAudience),
});

const withSubgraphs = settings.extend({
  LINK_KEYS: z.string(),
  ...(Object.fromEntries(subgraphNames.map((name) => [`${name.toUpperCase()}_URL`, z.url({ protocol: /^https?$/ }).optional()])) as Record<
    string,
    z.ZodOptional<z.ZodURL>
  >),
});

/**
 * The configuration of a router whose subgraphs are processes of their own.
 * @throws ConfigError that names what is missing or wrong
 */
export function readRouterConfig(env: NodeJS.ProcessEnv): RouterConfig {
  const config = readConfig(withSubgraphs, env);
  return { ...toSettings(config, env), subgraphUrls: subgraphUrls(env), linkKeys: readRouterKeys(config.LINK_KEYS) };
}

/**
 * The configuration of a router whose subgraphs run in its process.
 * @throws ConfigError that names what is missing or wrong
 */
export const readRouterSettings = (env: NodeJS.ProcessEnv): RouterSettings => toSettings(readConfig(settings, env), env);

function toSettings(config: z.infer<typeof settings>, env: NodeJS.ProcessEnv): RouterSettings {
  const production = config.NODE_ENV === 'production';
  return {
    port: config.ROUTER_PORT,
    host: config.HOST,
    production,
    requestDeadlineMs: config.REQUEST_DEADLINE_MS,
    allowedOrigins: config.ALLOWED_ORIGINS,
    shareQueries: config.ROUTER_SHARE_QUERIES === 'on',
    supergraphFile: config.SUPERGRAPH_FILE,
    registeredOperationsFile: config.REGISTERED_OPERATIONS,
    identity: readIdentity(config, production, env),
  };
}

/** `ROUTER_SHARE_QUERIES` alone, for the router that needs no other configuration. @throws ConfigError */
export const readShareQueries = (env: NodeJS.ProcessEnv): boolean =>
  readConfig(z.object({ ROUTER_SHARE_QUERIES: shareQueries }), env).ROUTER_SHARE_QUERIES === 'on';

/** Where the development issuer keeps its key: in DATA_DIR, by default `.data` of the project. */
export const devIssuerFile = (env: NodeJS.ProcessEnv): string => join(env['DATA_DIR'] || join(projectFolder, '.data'), 'dev-issuer.json');

function readIdentity(
  { JWKS_URL, JWT_ISSUER, JWT_AUDIENCE }: z.infer<typeof settings>,
  production: boolean,
  env: NodeJS.ProcessEnv,
): IdentityConfig {
  if (JWKS_URL && JWT_ISSUER) return { kind: 'provider', jwksUrl: new URL(JWKS_URL), issuer: JWT_ISSUER, audience: JWT_AUDIENCE };
  if (JWKS_URL || JWT_ISSUER)
    throw new ConfigError('JWKS_URL and JWT_ISSUER belong together: set both, or none for the development issuer.');
  if (production)
    throw new ConfigError(
      'The development issuer does not run in production. Set JWKS_URL and JWT_ISSUER to those of your identity provider.',
    );
  return { kind: 'development', keyFile: devIssuerFile(env) };
}

function readRouterKeys(text: string): LinkKeys {
  try {
    const keys = readLinkKeys(text);
    for (const name of subgraphNames) linkKey(keys, 'router', name);
    return keys;
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : String(error));
  }
}
