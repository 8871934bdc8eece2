import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';
import { ConfigError } from '#chassis/config.ts';
import { fetchJson } from './fetch-json.ts';
import { readKeySet } from './keys.ts';

const providerMetadata = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });

/**
 * Where an issuer publishes its keys (OpenID Connect Discovery 1.0 §4).
 * @throws ConfigError when the document is of another issuer (§4.3), or a provider on https has its keys where anyone on the way can change them;
 *   other errors when it cannot be had
 */
async function discoverKeysUrl(issuer: string): Promise<URL> {
  const document = providerMetadata.parse(await fetchJson(new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)));
  if (document.issuer !== issuer)
    throw new ConfigError(
      `OIDC_ISSUER is ${issuer}, but the document there is of ${document.issuer}. They must be the same, letter for letter.`,
    );
  const url = new URL(document.jwks_uri);
  if (issuer.startsWith('https:') && url.protocol !== 'https:')
    throw new ConfigError(`The issuer ${issuer} names a jwks_uri that is not https.`);
  return url;
}

/** The keys of an issuer of which nothing is known but its name. Where they are is asked anew each time: it may move. */
export const discoveredKeySet = async (issuer: string): Promise<JSONWebKeySet> =>
  readKeySet(await fetchJson(await discoverKeysUrl(issuer)));
