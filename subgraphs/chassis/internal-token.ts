import { createHash, createHmac, hash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { purposes, roles, type Caller, type Origin } from './caller.ts';
import { ConfigError } from './config.ts';

/** The header that carries the token; never `authorization`, so that a client's own token cannot be taken for one. */
export const internalTokenHeader = 'x-internal-token';

const lifetimeSeconds = 30;
/** How far the clocks of two machines may be apart. */
const toleranceSeconds = 5;
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
  origin?: Origin;
}

/** What a token says, and which body it came with. */
export interface VerifiedClaims extends InternalClaims {
  /** As `bodyHash` gives it. Look at it with the bytes that came: without that the token is good for any request. */
  bodyHash: string;
}

/** SHA-256 of a request body, base64url: the token is good for these bytes alone. */
export const bodyHash = (body: string | Uint8Array): string => hash('sha256', body, 'base64url');

const claimsSchema = z.object({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  exp: z.number(),
  nbf: z.number().optional(),
  iat: z.number().optional(),
  sub: z.string(),
  jti: z.string(),
  role: z.enum(roles),
  patientId: z.string().optional(),
  practitionerId: z.string().optional(),
  organizationId: z.string().optional(),
  scopes: z.array(z.string()),
  clientId: z.string().optional(),
  actor: z.string().optional(),
  purpose: z.enum(purposes).optional(),
  address: z.string().optional(),
  operationHash: z.string().optional(),
  bodyHash: z.string(),
});

// One token per request to a subgraph: an HMAC of our own takes a tenth of what WebCrypto behind a JWT library does. It is a plain JWT (RFC 7519).
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const signatureOf = (text: string, key: Uint8Array): Buffer => createHmac('sha256', key).update(text).digest();
const ownHeader = encode({ alg: algorithm });

/**
 * Signs who acts, for one service, one request body and half a minute: a JWT with HS256 (docs/adr/0020). Who catches a request can send
 * it again in that time, and gets the same answer: a mutation is done once for its idempotency key.
 */
export function signInternalToken(
  { from, to, caller, requestId, origin = {} }: InternalClaims,
  body: string | Uint8Array,
  key: Uint8Array,
): string {
  const { role, subject, patientId, practitionerId, organizationId, scopes, clientId, actor, purpose } = caller;
  const iat = Math.floor(Date.now() / 1_000);
  // Each named: what a caller is without does not get in, and copying the object would cost more than the HMAC.
  const claims = {
    role,
    patientId,
    practitionerId,
    organizationId,
    scopes,
    clientId,
    actor,
    purpose,
    address: origin.address,
    operationHash: origin.operationHash,
    bodyHash: bodyHash(body),
    sub: subject,
    iss: from,
    aud: to,
    jti: requestId,
    iat,
    exp: iat + lifetimeSeconds,
  };
  const text = `${ownHeader}.${encode(claims)}`;
  return `${text}.${signatureOf(text, key).toString('base64url')}`;
}

/** The claims of a token that `from` signed for `to`, or null when it is anything else. The body is not looked at: see `bodyHash`. */
export function verifyInternalToken(
  token: string | undefined,
  { from, to }: { from: string; to: string },
  key: Uint8Array,
): VerifiedClaims | null {
  const [, header, payload, signature] = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(token ?? '') ?? [];
  if (!header || !payload || !signature || !isOurAlgorithm(header)) return null;
  const given = Buffer.from(signature, 'base64url');
  const expected = signatureOf(`${header}.${payload}`, key);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  const claims = claimsSchema.safeParse(decode(payload));
  if (!claims.success) return null;
  const { iss, aud, exp, nbf, sub, jti, role, patientId, practitionerId, organizationId, scopes } = claims.data;
  const { clientId, actor, purpose, address, operationHash } = claims.data;
  const now = Math.floor(Date.now() / 1_000);
  const isForUs = iss === from && (Array.isArray(aud) ? aud.includes(to) : aud === to);
  const isInTime = exp > now - toleranceSeconds && (nbf ?? 0) <= now + toleranceSeconds;
  if (!isForUs || !isInTime) return null;
  return {
    from,
    to,
    requestId: jti,
    caller: { role, subject: sub, patientId, practitionerId, organizationId, scopes, clientId, actor, purpose },
    origin: { address, operationHash },
    bodyHash: claims.data.bodyHash,
  };
}

/** The algorithm is ours to choose, never the token's (RFC 8725 §3.1); an extension that must be understood (`crit`) is not. */
function isOurAlgorithm(header: string): boolean {
  if (header === ownHeader) return true;
  const parsed = headerSchema.safeParse(decode(header));
  return parsed.success && parsed.data.alg === algorithm && parsed.data.crit === undefined;
}

const headerSchema = z.object({ alg: z.string(), crit: z.unknown().optional() });

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return null; // not JSON, so no token of ours
  }
}

/** A key for each link, all from one secret: for development, where one file holds it. */
export function deriveLinkKeys(secret: string, links: readonly string[]): LinkKeys {
  return new Map(links.map((link) => [link, createHash('sha256').update(`${secret}\n${link}`).digest()]));
}
