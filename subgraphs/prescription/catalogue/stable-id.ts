import { createHash } from 'node:crypto';
import { fromUUIDBytes } from 'typeid-js';
import type { IdPrefix } from '#chassis/ids.ts';

/**
 * An id that is the same in every installation, from the name of a thing: a UUID of version 8 (RFC 9562, section 5.8)
 * over the SHA-256 of prefix and name.
 */
export function stableId(prefix: IdPrefix, name: string): string {
  const bytes = createHash('sha256').update(`${prefix}:${name}`).digest().subarray(0, 16);
  bytes[6] = (bytes.readUInt8(6) & 0x0f) | 0x80;
  bytes[8] = (bytes.readUInt8(8) & 0x3f) | 0x80;
  return fromUUIDBytes(prefix, bytes).toString();
}
