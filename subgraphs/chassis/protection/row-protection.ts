import { createHmac } from 'node:crypto';
import type { SubgraphName } from '#schema/events.ts';
import type { DataKeys } from './data-keys.ts';
import { keyVersionOf, seal, SealBrokenError, unseal } from './envelope.ts';
import { patientField, placeOf, type ProtectedTable, type Row } from './protected-tables.ts';

/** The subject of the key that blind indexes are made with. Never replaced: the indexes would all change. */
export const blindIndexSubject = 'blind-index';

/** Encrypts and decrypts rows of one subgraph. */
export interface RowProtection {
  /** The rows with their protected fields sealed and their blind indexes set. Fields that are null or left out stay so. */
  sealRows<R extends Row>(table: ProtectedTable, rows: readonly R[]): Promise<R[]>;
  /** The rows with their protected fields in plain text. At most one statement, for the keys of all of them. @throws SealBrokenError */
  openRows<R extends Row>(table: ProtectedTable, rows: readonly R[]): Promise<R[]>;
  /** What stands in the index of a field for this value: HMAC-SHA-256 (RFC 2104), in base64url. */
  blindIndex(table: ProtectedTable, field: string, value: string): Promise<string>;
}

export function rowProtection(subgraph: SubgraphName, keys: DataKeys): RowProtection {
  const indexer = async (): Promise<(table: ProtectedTable, field: string, value: string) => string> => {
    // The first version for good, however many there are.
    const key = (await keys.forWriting([blindIndexSubject])).get(blindIndexSubject)?.byVersion.get(1)?.key;
    if (!key) throw new Error('there is no key for blind indexes');
    return ({ table }, field, value) =>
      createHmac('sha256', key)
        .update(JSON.stringify([table, field, value]))
        .digest('base64url');
  };

  return {
    async sealRows(table, rows) {
      const written = rows.filter((row) => holdsText(table, row));
      if (written.length === 0) return [...rows];
      const keysOf = await keys.forWriting(written.map(patientOf));
      const index = Object.values(table.fields).some((field) => field.index) ? await indexer() : undefined;
      return rows.map((row) => {
        const newest = keysOf.get(String(row[patientField]))?.newest;
        if (!newest || !holdsText(table, row)) return row;
        const sealed: Record<string, unknown> = { ...row };
        for (const [field, { index: indexField }] of Object.entries(table.fields)) {
          const value = row[field];
          if (typeof value !== 'string') continue;
          sealed[field] = seal(value, newest, placeOf(subgraph, table, field, row));
          if (indexField && index) sealed[indexField] = index(table, field, value);
        }
        return sealed as typeof row;
      });
    },

    async openRows(table, rows) {
      const sealed = rows.filter((row) => holdsText(table, row));
      if (sealed.length === 0) return [...rows];
      let keysOf = await keys.forReading(sealed.map(patientOf));
      const outdated = sealed.filter((row) =>
        textsIn(table, row).some((text) => !keysOf.get(patientOf(row))?.byVersion.has(keyVersionOf(text))),
      );
      if (outdated.length > 0) {
        // Sealed meanwhile by another process, with a key that is newer than what is remembered here.
        keys.forget(outdated.map(patientOf));
        keysOf = await keys.forReading(sealed.map(patientOf));
      }
      return rows.map((row) => {
        if (!holdsText(table, row)) return row;
        const plain: Record<string, unknown> = { ...row };
        for (const field of Object.keys(table.fields)) {
          const value = row[field];
          if (typeof value !== 'string') continue;
          const place = placeOf(subgraph, table, field, row);
          const key = keysOf.get(patientOf(row))?.byVersion.get(keyVersionOf(value))?.key;
          if (!key) throw new SealBrokenError(`there is no data key for the value at ${place}`);
          plain[field] = unseal(value, key, place);
        }
        return plain as typeof row;
      });
    },

    blindIndex: async (table, field, value) => (await indexer())(table, field, value),
  };
}

const textsIn = ({ fields }: ProtectedTable, row: Row): string[] =>
  Object.keys(fields).flatMap((field) => {
    const value = row[field];
    return typeof value === 'string' ? [value] : [];
  });

const holdsText = (table: ProtectedTable, row: Row): boolean => Object.keys(table.fields).some((field) => typeof row[field] === 'string');

function patientOf(row: Row): string {
  const patient = row[patientField];
  if (typeof patient !== 'string') throw new Error(`a row with protected fields is read or written without its ${patientField}`);
  return patient;
}
