import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/** `v1.<version of the data key>.<iv>.<cipher text and tag>`, the last two in base64url. The same form stands in the SQL function is_sealed. */
const form = /^v1\.([1-9]\d{0,8})\.[\w-]{16}\.[\w-]{22,}$/;
const beginning = /^v1\.([1-9]\d{0,8})\./;
const ivLetters = 16;

/** A value that cannot be opened: of another place, changed, or sealed with another key. It never says what it holds. */
export class SealBrokenError extends Error {
  override name = 'SealBrokenError';
}

export interface DataKey {
  /** 1, 2, 3 … of one patient. */
  readonly version: number;
  /** 32 bytes. */
  readonly key: KeyObject;
}

/**
 * AES-256-GCM (NIST SP 800-38D) of bytes, with a random 96-bit IV.
 * @param place what the cipher text is bound to: it opens nowhere else
 * @returns IV, cipher text, tag
 */
export function encryptBytes(plain: Uint8Array, key: KeyObject, place: string): Buffer {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(algorithm, key, iv, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(place));
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** @throws SealBrokenError */
export function decryptBytes(sealed: Uint8Array, key: KeyObject, place: string): Buffer {
  const tagAt = sealed.length - tagBytes;
  if (tagAt < ivBytes) throw new SealBrokenError(`nothing that is sealed is that short: ${place}`);
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, ivBytes), { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(place));
  decipher.setAuthTag(sealed.subarray(tagAt));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(ivBytes, tagAt)), decipher.final()]);
  } catch {
    throw new SealBrokenError(`the value at ${place} was changed, moved or sealed with another key`);
  }
}

/** Text as it is stored. */
export function seal(plain: string, { key, version }: DataKey, place: string): string {
  const sealed = encryptBytes(Buffer.from(plain), key, place);
  return `v1.${version}.${sealed.toString('base64url', 0, ivBytes)}.${sealed.toString('base64url', ivBytes)}`;
}

/** The version of the data key that a stored text was sealed with; null when the text is not sealed. */
export function sealedWith(stored: string): number | null {
  const version = form.exec(stored)?.[1];
  return version === undefined ? null : Number(version);
}

/** Which data key opens a stored text: its version; 0, which no key has, when the text is not sealed. Looks at the beginning only. */
export function keyVersionOf(stored: string): number {
  const version = beginning.exec(stored)?.[1];
  return version === undefined ? 0 : Number(version);
}

/** @throws SealBrokenError */
export function unseal(stored: string, key: KeyObject, place: string): string {
  const length = beginning.exec(stored)?.[0].length;
  if (length === undefined) throw new SealBrokenError(`the value at ${place} is not sealed`);
  // The 16 characters of the IV are 12 bytes, without a rest: what stands behind the dot goes on from there.
  const sealed = Buffer.from(stored.slice(length, length + ivLetters) + stored.slice(length + ivLetters + 1), 'base64url');
  return decryptBytes(sealed, key, place).toString();
}
