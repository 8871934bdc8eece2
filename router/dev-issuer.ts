import { mkdir, readFile, rm, link, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { randomUUID } from 'node:crypto';
import { SignJWT, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from 'jose';
import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';
import { ConfigError } from '#chassis/config.ts';
import type { PersonaClaims } from './personas.ts';

/** `iss` and `aud` of development tokens. A name, not an address: it holds on any port. */
export const devIssuerName = 'urn:telemedicine:dev-issuer';
export const defaultAudience = 'telemedicine-graph';

const algorithm = 'EdDSA';
const lifetime = '12h';

const keyFile = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), d: z.string(), kid: z.string() });

/** An issuer of tokens for demo people. Whoever can read its key file is anyone. */
export interface DevIssuer {
  readonly jwks: JSONWebKeySet;
  /** A token of 12 hours. */
  issue(claims: PersonaClaims): Promise<string>;
}

/**
 * Opens the issuer whose key pair is in `file`; makes one (mode 0600) when there is none.
 * @throws ConfigError when NODE_ENV is production, or the file is not a key
 */
export async function openDevIssuer(file: string, env: NodeJS.ProcessEnv = process.env): Promise<DevIssuer> {
  if (env['NODE_ENV'] === 'production') {
    throw new ConfigError(
      'The development issuer does not run in production. Set JWKS_URL, JWT_ISSUER and JWT_AUDIENCE to those of your identity provider.',
    );
  }
  const { d, ...publicKey } = await readKey(file).catch((error: unknown) => {
    if (isNotThere(error)) return makeKey(file);
    throw error;
  });
  const privateKey = await importJWK({ ...publicKey, d }, algorithm);
  return {
    jwks: { keys: [{ ...publicKey, alg: algorithm, use: 'sig' }] },
    issue: ({ sub, ...claims }) =>
      new SignJWT({ ...claims })
        .setProtectedHeader({ alg: algorithm, kid: publicKey.kid, typ: 'JWT' })
        .setIssuer(devIssuerName)
        .setAudience(defaultAudience)
        .setSubject(sub)
        .setJti(randomUUID())
        .setIssuedAt()
        .setExpirationTime(lifetime)
        .sign(privateKey),
  };
}

type Key = z.infer<typeof keyFile>;

async function readKey(file: string): Promise<Key> {
  const text = await readFile(file, 'utf8');
  try {
    return keyFile.parse(JSON.parse(text));
  } catch (error) {
    throw new ConfigError(`${file} is not a key of the development issuer. Delete it and a new one is made.`, { cause: error });
  }
}

async function makeKey(file: string): Promise<Key> {
  const { privateKey } = await generateKeyPair(algorithm, { crv: 'Ed25519', extractable: true });
  const jwk = await exportJWK(privateKey);
  const key = { ...jwk, kid: await calculateJwkThumbprint(jwk) };
  const draft = `${file}.${randomUUID()}`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(draft, JSON.stringify(key), { mode: 0o600 });
  try {
    await link(draft, file); // whole or not at all, and the first of two processes wins
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(draft);
  }
  return readKey(file);
}

const isNotThere = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
