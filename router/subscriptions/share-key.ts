import { createHash } from 'node:crypto';
import type { Caller } from '#chassis/caller.ts';
import type { ClientOperation } from './operations.ts';

/**
 * Equal for operations that have the same answer and leave the same record: same caller with all claims, from the same address, same
 * document, name and variables in whatever order.
 * A digest, so that nothing about a patient stays in memory as a key.
 */
export const shareKey = (
  { query, operationName, variables }: ClientOperation,
  caller: Caller | null,
  address: string | undefined,
): string =>
  createHash('sha256')
    .update(JSON.stringify(sorted([caller, address ?? null, query, operationName || null, variables ?? {}])))
    .digest('base64url');

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  // Entries, not an object: `__proto__` is a name like any other here.
  return {
    entries: Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, part]) => [name, sorted(part)]),
  };
}
