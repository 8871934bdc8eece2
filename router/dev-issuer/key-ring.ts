import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from 'jose';
import type { CryptoKey, JSONWebKeySet } from 'jose';
import { z } from 'zod';
import { ConfigError } from '#chassis/config.ts';

export const algorithm = 'EdDSA';
/** The longest that a token of the issuer is good for. */
export const longestLifetimeSeconds = 12 * 3_600;
/** How long a new key is published before it signs: those who keep our keys for a while have it by then. */
export const leadMs = 60_000;
const marginMs = 60_000;

const jwk = { kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), kid: z.string() };
const ringKey = z.object({
  ...jwk,
  /** Gone when the key does not sign any more. */
  d: z.string().optional(),
  /** Milliseconds since 1970. */
  signsFrom: z.number(),
  /** When the last token that it signed has ended. */
  endsAt: z.number().optional(),
});
const ring = z.object({ keys: z.array(ringKey).min(1) });
/** How the file was before there was rotation. */
const singleKey = z.object({ ...jwk, d: z.string() }).transform((key) => ({ keys: [{ ...key, signsFrom: 0 }] }));

type RingKey = z.infer<typeof ringKey>;
type Ring = z.infer<typeof ring>;

/** The keys of the development issuer, oldest first. The newest whose time has come signs; every one whose tokens may still be good is published. */
export interface KeyRing {
  published(now: number): JSONWebKeySet;
  signing(now: number): Promise<{ readonly kid: string; readonly key: CryptoKey }>;
  /** Takes over what another process has changed. */
  look(): Promise<void>;
}

/**
 * Opens the keys in `file`; makes one (mode 0600) when there is none.
 * @throws ConfigError when the file holds something else
 */
export async function openKeyRing(file: string): Promise<KeyRing> {
  let { keys } = await readRing(file).catch((error: unknown) => {
    if (isNotThere(error)) return makeRing(file);
    throw error;
  });
  let version = await versionOf(file);
  const privateKeys = new Map<string, Promise<CryptoKey>>();
  return {
    published: (now) => ({
      keys: keys
        .filter(({ endsAt }) => endsAt === undefined || endsAt > now)
        .map(({ kty, crv, x, kid }) => ({ kty, crv, x, kid, alg: algorithm, use: 'sig' })),
    }),
    async signing(now) {
      const key = keys.findLast(({ d, signsFrom }) => d !== undefined && signsFrom <= now);
      if (!key) throw new Error('the development issuer has no key that may sign');
      const { kty, crv, x, d, kid } = key;
      const imported = privateKeys.get(kid) ?? importJWK({ kty, crv, x, ...(d !== undefined && { d }) }, algorithm);
      privateKeys.set(kid, imported);
      return { kid, key: await imported };
    },
    async look() {
      const now = await versionOf(file);
      if (now === version) return;
      ({ keys } = await readRing(file));
      version = now;
    },
  };
}

/**
 * Adds a key that will sign from `leadMs` on. Those before it stay published until what they signed has ended.
 * @returns from when the new key signs, and which one it is
 */
export async function rotateKeys(file: string, now: number): Promise<{ readonly kid: string; readonly signsFrom: number }> {
  const { keys } = await readRing(file);
  const signsFrom = now + leadMs;
  const signing = keys.findLast((key) => key.signsFrom <= now);
  const kept = keys
    .filter(({ endsAt }) => endsAt === undefined || endsAt > now)
    .map((key, index, all) => ({ ...key, ...(all.indexOf(signing ?? key) > index && { d: undefined }) }))
    .map((key) => ({ ...key, endsAt: key.endsAt ?? signsFrom + longestLifetimeSeconds * 1_000 + marginMs }));
  const added = { ...(await newKey()), signsFrom };
  const draft = await writeDraft(file, { keys: [...kept, added] });
  await rename(draft, file);
  return { kid: added.kid, signsFrom };
}

async function readRing(file: string): Promise<Ring> {
  const text = await readFile(file, 'utf8');
  try {
    return z.union([ring, singleKey]).parse(JSON.parse(text));
  } catch (error) {
    throw new ConfigError(`${file} is not a key of the development issuer. Delete it and a new one is made.`, { cause: error });
  }
}

async function makeRing(file: string): Promise<Ring> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = await writeDraft(file, { keys: [{ ...(await newKey()), signsFrom: 0 }] });
  try {
    await link(draft, file); // whole or not at all, and the first of two processes wins
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(draft);
  }
  return readRing(file);
}

async function newKey(): Promise<Omit<RingKey, 'signsFrom'>> {
  const { privateKey } = await generateKeyPair(algorithm, { crv: 'Ed25519', extractable: true });
  const { x = '', d = '' } = await exportJWK(privateKey);
  const key = { kty: 'OKP', crv: 'Ed25519', x, d } as const;
  return { ...key, kid: await calculateJwkThumbprint(key) };
}

async function writeDraft(file: string, content: Ring): Promise<string> {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(content), { mode: 0o600 });
  return draft;
}

/** Another one whenever the file was replaced. */
async function versionOf(file: string): Promise<string> {
  const { ino, mtimeMs } = await stat(file);
  return `${ino} ${mtimeMs}`;
}

const isNotThere = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
