import { createHash } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { roles, type Caller } from './caller.ts';
import { ConfigError } from './config.ts';

/** The header that carries the token; never `authorization`, so that a client's own token cannot be taken for one. */
export const internalTokenHeader = 'x-internal-token';

const lifetimeSeconds = 30;
const algorithm = 'HS256';

/** Keys of the links this process is an end of, by `from>to`. One key per link: who holds it can speak as `from` to `to` only. */
export type LinkKeys = ReadonlyMap<string, Uint8Array>;

/**
 * Reads `LINK_KEYS`: comma-separated `from>to=<base64url of at least 32 bytes>`.
 * @throws ConfigError that names the entry at fault, never the key
 */
export function readLinkKeys(text: string): LinkKeys {
  const keys = new Map<string, Uint8Array>();
  const entries = text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
  for (const [index, entry] of entries.entries()) {
    const match = /^([a-z]+>[a-z]+)=([A-Za-z0-9_-]+)$/.exec(entry);
    if (!match?.[1] || !match[2]) throw new ConfigError(`LINK_KEYS: entry ${index + 1} is not of the form from>to=base64url`);
    const key = Buffer.from(match[2], 'base64url');
    if (key.length < 32) throw new ConfigError(`LINK_KEYS: the key of ${match[1]} has ${key.length} bytes, at least 32 are needed`);
    keys.set(match[1], key);
  }
  return keys;
}

export const formatLinkKeys = (keys: LinkKeys): string =>
  [...keys].map(([link, key]) => `${link}=${Buffer.from(key).toString('base64url')}`).join(',');

/** @throws ConfigError when this process was not given the key */
export function linkKey(keys: LinkKeys, from: string, to: string): Uint8Array {
  const key = keys.get(`${from}>${to}`);
  if (!key) throw new ConfigError(`LINK_KEYS has no key for ${from}>${to}`);
  return key;
}

export interface InternalClaims {
  /** The service that speaks: `router`, or a subgraph that pushes events. */
  from: string;
  to: string;
  caller: Caller;
  requestId: string;
}

const claimsSchema = z.object({
  sub: z.string(),
  jti: z.string(),
  role: z.enum(roles),
  patientId: z.string().optional(),
  practitionerId: z.string().optional(),
  organizationId: z.string().optional(),
  scopes: z.array(z.string()),
});

/** Signs who acts, for one service and half a minute. */
export function signInternalToken({ from, to, caller, requestId }: InternalClaims, key: Uint8Array): Promise<string> {
  const { subject, ...claims } = caller;
  return new SignJWT(claims)
    .setProtectedHeader({ alg: algorithm })
    .setIssuer(from)
    .setAudience(to)
    .setSubject(subject)
    .setJti(requestId)
    .setIssuedAt()
    .setExpirationTime(`${lifetimeSeconds}s`)
    .sign(key);
}

/** The claims of a token that `from` signed for `to`, or null when it is anything else. */
export async function verifyInternalToken(
  token: string | undefined,
  { from, to }: { from: string; to: string },
  key: Uint8Array,
): Promise<InternalClaims | null> {
  if (!token) return null;
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [algorithm],
      issuer: from,
      audience: to,
      clockTolerance: 5,
      requiredClaims: ['exp', 'sub', 'jti'],
    });
    const { sub, jti, ...caller } = claimsSchema.parse(payload);
    return { from, to, requestId: jti, caller: { subject: sub, ...caller } };
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof z.ZodError) return null;
    throw error;
  }
}

/** A key for each link, all from one secret: for development, where one file holds it. */
export function deriveLinkKeys(secret: string, links: readonly string[]): LinkKeys {
  return new Map(links.map((link) => [link, createHash('sha256').update(`${secret}\n${link}`).digest()]));
}
