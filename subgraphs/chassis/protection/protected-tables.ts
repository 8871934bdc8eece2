import type { SubgraphName } from '#schema/events.ts';

/** A table with columns that are stored encrypted. Fields are named as in the Prisma model; columns are the same in snake case. */
export interface ProtectedTable {
  readonly table: string;
  /** Of the Prisma client: `clinicalNote`. Undefined for a table that only the database writes and Prisma reads under it all the same. */
  readonly model: string;
  /** The primary key: how the table is walked through. */
  readonly primaryKey: readonly string[];
  /** What a cipher text is bound to besides table, column and patient: the primary key, and whose part the row is. */
  readonly boundTo: readonly string[];
  readonly fields: Readonly<Record<string, ProtectedField>>;
}

export interface ProtectedField {
  /** The field that holds the blind index of this one, for tables that are searched by it. */
  readonly index?: string;
  /** `table.column` under whose name it is sealed, where a trigger copies the cipher text from there. The row is bound alike. */
  readonly copyOf?: string;
}

/** Every protected table has the patient's id: it says which data key. */
export const patientField = 'patientId';

export const columnOf = (field: string): string => field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export type Row = Readonly<Record<string, unknown>>;

/**
 * The place that the cipher text of a field is bound to. In JSON, so that no two places are written alike.
 * @throws Error when the row does not say which one it is
 */
export function placeOf(subgraph: SubgraphName, { table, boundTo, fields }: ProtectedTable, field: string, row: Row): string {
  const column = fields[field]?.copyOf ?? `${table}.${columnOf(field)}`;
  const names = [...boundTo, patientField].map((name) => row[name]);
  if (names.some((name) => typeof name !== 'string' && typeof name !== 'number'))
    throw new Error(
      `a row of ${table} is read or written without ${[...boundTo, patientField].join(', ')}: ${field} cannot be sealed or opened`,
    );
  return JSON.stringify([subgraph, column, ...names]);
}
