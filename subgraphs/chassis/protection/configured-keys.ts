import { createHash, createSecretKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { SubgraphName } from '#schema/events.ts';
import { ConfigError } from '../config.ts';
import { decryptBytes, encryptBytes } from './envelope.ts';
import { UnknownKekError, type KeyManagement } from './key-management.ts';

/** Known to everyone who reads this file: for development and tests, refused in production. The same at every start. */
const developmentKek = createHash('sha256').update('a key-encryption key for development only').digest();
const developmentKekId = 'development';

const entryForm = /^([A-Za-z0-9][A-Za-z0-9._-]{0,63})=([A-Za-z0-9_-]+)$/;

/**
 * The key-encryption keys that a subgraph is configured with: `DATA_KEKS_<SUBGRAPH>` or `DATA_KEKS`, comma-separated
 * `id=<base64url of at least 32 bytes>`, the current one first; or the same text in the file that `DATA_KEKS_FILE` names.
 * Without any, development takes a key that everyone knows.
 * @throws ConfigError that names the entry at fault, never a key; in production also when there is none
 */
export function configuredKeys(name: SubgraphName, env: NodeJS.ProcessEnv): KeyManagement {
  const { variable, text } = configuredText(name, env);
  const keks = text === undefined ? new Map<string, Buffer>() : readKeks(variable, text);
  const known = [...keks].find(([id, kek]) => id === developmentKekId || kek.equals(developmentKek));
  if (env.NODE_ENV === 'production' && (known || text === undefined)) {
    throw new ConfigError(
      `${variable} must be set in production: id=<32 random bytes in base64url>, kept secret and kept for good. npm run keys makes one.`,
    );
  }
  return localKeys(keks.size > 0 ? keks : new Map([[developmentKekId, developmentKek]]));
}

function configuredText(name: SubgraphName, env: NodeJS.ProcessEnv): { variable: string; text: string | undefined } {
  const own = `DATA_KEKS_${name.toUpperCase()}`;
  for (const variable of [own, 'DATA_KEKS']) if (env[variable]) return { variable, text: env[variable] };
  const file = env.DATA_KEKS_FILE;
  if (!file) return { variable: 'DATA_KEKS', text: undefined };
  try {
    return { variable: 'DATA_KEKS_FILE', text: readFileSync(file, 'utf8') };
  } catch {
    throw new ConfigError(`DATA_KEKS_FILE: ${file} cannot be read.`);
  }
}

function readKeks(variable: string, text: string): Map<string, Buffer> {
  const keks = new Map<string, Buffer>();
  const entries = text
    .split(/[,\n]/)
    .map((entry) => entry.trim())
    .filter(Boolean);
  for (const [index, entry] of entries.entries()) {
    const [, id, key] = entryForm.exec(entry) ?? [];
    if (!id || !key) throw new ConfigError(`${variable}: entry ${index + 1} is not of the form id=base64url`);
    const bytes = Buffer.from(key, 'base64url');
    if (bytes.length < 32) throw new ConfigError(`${variable}: the key ${id} has ${bytes.length} bytes, at least 32 are needed`);
    if (keks.has(id)) throw new ConfigError(`${variable}: there are two keys ${id}`);
    keks.set(id, bytes);
  }
  if (keks.size === 0) throw new ConfigError(`${variable}: holds no key`);
  return keks;
}

/** Key-encryption keys in the memory of this process; the first is the current one. */
function localKeys(keks: ReadonlyMap<string, Buffer>): KeyManagement {
  const keys = new Map([...keks].map(([id, bytes]) => [id, wrappingKey(bytes)]));
  const [currentKekId = ''] = keys.keys();
  const keyOf = (id: string): KeyObject => {
    const key = keys.get(id);
    if (!key) throw new UnknownKekError(id);
    return key;
  };
  return {
    currentKekId,
    wrap: async (plain) =>
      plain.map(({ key, purpose }) => ({ kekId: currentKekId, purpose, wrapped: encryptBytes(key, keyOf(currentKekId), purpose) })),
    unwrap: async (wrapped) => wrapped.map(({ kekId, wrapped: sealed, purpose }) => decryptBytes(sealed, keyOf(kekId), purpose)),
  };
}

/** 32 bytes are the key as they are; of more, all count. */
const wrappingKey = (bytes: Buffer): KeyObject =>
  createSecretKey(bytes.length === 32 ? bytes : createHash('sha256').update(bytes).digest());
