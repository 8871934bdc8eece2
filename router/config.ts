import { z } from 'zod';
import { ConfigError, port, readConfig } from '#chassis/config.ts';
import { subgraphUrls } from '#chassis/http-courier.ts';
import { linkKey, readLinkKeys } from '#chassis/internal-token.ts';
import type { LinkKeys } from '#chassis/internal-token.ts';
import { subgraphNames } from '#schema/events.ts';
import type { SubgraphName } from '#schema/events.ts';
import { identityVariables, readIdentity } from './identity-config.ts';
import type { IdentityConfig } from './identity-config.ts';
import { limitSettings, limitVariables, type LimitSettings } from './limits/limit-settings.ts';

export { devIssuerFile } from './identity-config.ts';

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
  readonly limits: LimitSettings;
  readonly identity: IdentityConfig;
  /** After how long without a request or an operation a session is logged off. */
  readonly idleLogoffMs: number;
  /** Where clients reach the router, when that is not `http://localhost` and its port: the name of the development issuer. */
  readonly publicUrl: string | undefined;
}

export interface RouterConfig extends RouterSettings {
  /** Base URL of each subgraph, without a path. */
  readonly subgraphUrls: Readonly<Record<SubgraphName, string>>;
  readonly linkKeys: LinkKeys;
}

const shareQueries = z.enum(['on', 'off']).default('on');

const settings = z.object({
  ROUTER_PORT: port.default(4000),
  HOST: z.string().optional(),
  NODE_ENV: z.string().optional(),
  SUPERGRAPH_FILE: z.string().min(1).optional(),
  ...limitVariables,
  REQUEST_DEADLINE_MS: z.coerce.number().int().min(100).max(60_000).default(10_000),
  ALLOWED_ORIGINS: z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((origin) => origin.trim() || []))
    .pipe(z.array(z.url({ protocol: /^https?$/ }).transform((url) => new URL(url).origin))),
  ROUTER_SHARE_QUERIES: shareQueries,
  IDLE_LOGOFF_MINUTES: z.coerce.number().min(1).max(60).default(15),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .transform((url) => new URL(url).origin)
    .optional(),
  ...identityVariables,
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
    identity: readIdentity(config, production, env),
    idleLogoffMs: config.IDLE_LOGOFF_MINUTES * 60_000,
    publicUrl: config.PUBLIC_URL,
    limits: limitSettings(config, production),
  };
}

/** `ROUTER_SHARE_QUERIES` alone, for the router that needs no other configuration. @throws ConfigError */
export const readShareQueries = (env: NodeJS.ProcessEnv): boolean =>
  readConfig(z.object({ ROUTER_SHARE_QUERIES: shareQueries }), env).ROUTER_SHARE_QUERIES === 'on';

function readRouterKeys(text: string): LinkKeys {
  try {
    const keys = readLinkKeys(text);
    for (const name of subgraphNames) linkKey(keys, 'router', name);
    return keys;
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : String(error));
  }
}
