import type pg from 'pg';
import type { SubgraphName } from '#schema/events.ts';
import type { DataKeys } from './data-keys.ts';
import { sealedWith } from './envelope.ts';
import { columnOf, patientField, type ProtectedTable, type Row } from './protected-tables.ts';
import type { RowProtection } from './row-protection.ts';

/** Rows of one transaction: few, because requests that change one of them wait. */
const rowsAtOnce = 200;

export interface Walk {
  readonly subgraph: SubgraphName;
  readonly pool: pg.Pool;
  readonly keys: DataKeys;
  readonly rows: RowProtection;
  /** Hears after each batch how many rows were looked at and how many were sealed, since the last time. */
  readonly progress?: (looked: number, sealed: number) => void;
}

/**
 * Goes through a table and seals with the patient's newest key what is plain text or sealed with an older one. Rows that
 * never change included: the guards let this pass. What somebody else changes meanwhile is left as they wrote it. Done
 * again, or after it was interrupted, it seals what is left.
 * @returns how many rows were sealed
 */
export async function sealTableAnew(table: ProtectedTable, walk: Walk): Promise<number> {
  const { pool, keys, rows, progress } = walk;
  let sealed = 0;
  let after: Row | null = null;
  for (;;) {
    const batch: Row[] = await readBatch(pool, table, after);
    const last = batch.at(-1);
    if (!last) return sealed;
    const outdated = await withoutNewestKey(table, batch, keys);
    const written = await writeBatch(walk, table, outdated, await rows.sealRows(table, await inPlainText(table, outdated, rows)));
    sealed += written;
    progress?.(batch.length, written);
    after = last;
  }
}

/** Opens every row of a table. @returns how many are not sealed with the newest key of their patient. @throws SealBrokenError */
export async function countOutdated(table: ProtectedTable, { pool, keys, rows }: Walk): Promise<number> {
  let outdated = 0;
  let after: Row | null = null;
  for (;;) {
    const batch: Row[] = await readBatch(pool, table, after);
    const last = batch.at(-1);
    if (!last) return outdated;
    await rows.openRows(table, batch);
    outdated += (await withoutNewestKey(table, batch, keys)).length;
    after = last;
  }
}

async function readBatch(pool: pg.Pool, table: ProtectedTable, after: Row | null): Promise<Row[]> {
  const fields = [...new Set([...table.primaryKey, ...table.boundTo, patientField, ...Object.keys(table.fields)])];
  const order = table.primaryKey.map((field) => `"${columnOf(field)}"`).join(', ');
  const behind = after ? `where (${order}) > (${table.primaryKey.map((_, index) => `$${index + 1}`).join(', ')})` : '';
  const { rows } = await pool.query<Row>(
    `select ${fields.map((field) => `"${columnOf(field)}" as "${field}"`).join(', ')} from "${table.table}" ${behind} order by ${order} limit ${rowsAtOnce}`,
    after ? table.primaryKey.map((field) => after[field]) : [],
  );
  return rows;
}

/** Rows with a text that is plain or older than the newest key of its patient. */
async function withoutNewestKey(table: ProtectedTable, batch: readonly Row[], keys: DataKeys): Promise<Row[]> {
  const textsOf = (row: Row) => Object.keys(table.fields).flatMap((field) => (typeof row[field] === 'string' ? [row[field]] : []));
  const filled = batch.filter((row) => textsOf(row).length > 0);
  const newest = await keys.forReading(filled.map((row) => String(row[patientField])));
  return filled.filter((row) => textsOf(row).some((text) => sealedWith(text) !== newest.get(String(row[patientField]))?.newest.version));
}

/** A row may be sealed in part: a column may be new among the protected ones. */
async function inPlainText(table: ProtectedTable, outdated: readonly Row[], rows: RowProtection): Promise<Row[]> {
  const plain: Record<string, unknown>[] = outdated.map((row) => ({ ...row }));
  for (const field of Object.keys(table.fields)) {
    const only = { ...table, fields: { [field]: table.fields[field] ?? {} } };
    const sealed = plain.filter((row) => typeof row[field] === 'string' && sealedWith(row[field]) !== null);
    for (const [index, opened] of (await rows.openRows(only, sealed)).entries()) Object.assign(sealed[index] ?? {}, opened);
  }
  return plain;
}

/** In one statement: the audit of the table keeps one record of it. */
async function writeBatch({ pool, subgraph }: Walk, table: ProtectedTable, before: readonly Row[], after: readonly Row[]): Promise<number> {
  if (before.length === 0) return 0;
  const fields = Object.keys(table.fields);
  const written = [...fields, ...Object.values(table.fields).flatMap(({ index }) => index ?? [])];
  const columns = [
    ...table.primaryKey.map((field) => ({ name: `key_${columnOf(field)}`, values: before.map((row) => row[field]) })),
    ...written.map((field) => ({ name: `new_${columnOf(field)}`, values: after.map((row) => row[field] ?? null) })),
    ...fields.map((field) => ({ name: `old_${columnOf(field)}`, values: before.map((row) => row[field] ?? null) })),
  ];
  const typeOf = (values: readonly unknown[]) => (typeof values[0] === 'number' ? 'integer[]' : 'text[]');
  const text = `
    update "${table.table}" as t set ${written.map((field) => `"${columnOf(field)}" = v."new_${columnOf(field)}"`).join(', ')}
    from unnest(${columns.map(({ values }, index) => `$${index + 1}::${typeOf(values)}`).join(', ')}) as v (${columns.map(({ name }) => `"${name}"`).join(', ')})
    where ${[
      ...table.primaryKey.map((field) => `t."${columnOf(field)}" = v."key_${columnOf(field)}"`),
      ...fields.map((field) => `t."${columnOf(field)}" is not distinct from v."old_${columnOf(field)}"`),
    ].join(' and ')}`;
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query('begin');
    // To nobody is it news.
    await client.query(
      `select set_config('chassis.seal_anew', 'on', true), set_config('chassis.bulk_load', 'on', true), set_config('audit.actor', $1, true)`,
      [JSON.stringify({ subject: `system:${subgraph}`, role: 'SYSTEM', purpose: 'HSYSADMIN', requestId: 'seal-anew' })],
    );
    const { rowCount } = await client.query(
      text,
      columns.map(({ values }) => values),
    );
    await client.query('commit');
    return rowCount ?? 0;
  } catch (error) {
    failure = error as Error;
    throw error;
  } finally {
    client.release(failure);
  }
}
