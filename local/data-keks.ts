import { hkdfSync, randomBytes } from 'node:crypto';
import { subgraphNames, type SubgraphName } from '#schema/events.ts';

/** A new key-encryption key, named after its day: `2026-11-28-Xk3q=…`. Two of one day differ in their last letters. */
export const newKek = (today: Date): string =>
  `${today.toISOString().slice(0, 10)}-${randomBytes(3).toString('hex')}=${randomBytes(32).toString('base64url')}`;

/**
 * The environment with the key-encryption keys of each subgraph, as `DATA_KEKS_<SUBGRAPH>`: those that are configured, or
 * keys derived from the installation's own (HKDF-SHA-256, RFC 5869), so that no subgraph can unwrap what another has wrapped.
 */
export function withDataKeks(env: NodeJS.ProcessEnv, installationKeks: string): NodeJS.ProcessEnv {
  if (env.DATA_KEKS || env.DATA_KEKS_FILE) return env;
  return { ...Object.fromEntries(subgraphNames.map((name) => [kekVariable(name), derivedKeks(name, installationKeks)])), ...env };
}

/** Of that environment what the process of one subgraph is given. */
export function dataKeksOf(name: SubgraphName, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = env[kekVariable(name)] ?? env.DATA_KEKS;
  if (own) return { DATA_KEKS: own };
  return env.DATA_KEKS_FILE ? { DATA_KEKS_FILE: env.DATA_KEKS_FILE } : {};
}

const kekVariable = (name: SubgraphName): string => `DATA_KEKS_${name.toUpperCase()}`;

const derivedKeks = (name: SubgraphName, installationKeks: string): string =>
  installationKeks
    .split(',')
    .map((entry) => {
      const [id = '', kek = ''] = entry.split('=');
      const derived = hkdfSync('sha256', Buffer.from(kek, 'base64url'), '', `data kek of ${name}`, 32);
      return `${id}=${Buffer.from(derived).toString('base64url')}`;
    })
    .join(',');
