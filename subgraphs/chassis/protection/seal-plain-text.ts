import type pg from 'pg';
import type { Logger } from 'pino';
import { columnOf, type ProtectedTable } from './protected-tables.ts';
import { sealTableAnew, type Walk } from './seal-anew.ts';

/**
 * Before the first request: encrypts what was written before its column was protected, and has the database refuse plain
 * text there from then on. One process does it; others that start meanwhile wait. When nothing is left it costs one query.
 */
export async function sealPlainText(tables: readonly ProtectedTable[], walk: Walk, log: Logger): Promise<void> {
  if ((await openConstraints(walk.pool, tables)).length === 0) return;
  const gate = await walk.pool.connect();
  try {
    await gate.query(`select pg_advisory_lock(hashtextextended('seal plain text', 0))`);
    for (const { table, constraint } of await openConstraints(walk.pool, tables)) {
      const rows = await sealTableAnew(table, walk);
      if (rows > 0) log.info({ table: table.table, rows }, 'plain text encrypted');
      await walk.pool.query(`alter table "${table.table}" validate constraint "${constraint}"`);
    }
  } finally {
    await gate.query(`select pg_advisory_unlock(hashtextextended('seal plain text', 0))`);
    gate.release();
  }
}

/** The constraints of protected columns that old rows may not fulfil yet. */
async function openConstraints(pool: pg.Pool, tables: readonly ProtectedTable[]): Promise<{ table: ProtectedTable; constraint: string }[]> {
  const { rows } = await pool.query<{ table: string; constraint: string; columns: string[] }>(
    `select c.relname as "table", k.conname as "constraint",
       array(select a.attname::text from pg_attribute as a where a.attrelid = c.oid and a.attnum = any(k.conkey)) as columns
     from pg_constraint as k join pg_class as c on c.oid = k.conrelid
     where k.contype = 'c' and not k.convalidated and c.relname = any($1) and pg_table_is_visible(c.oid) order by 1, 2`,
    [tables.map(({ table }) => table)],
  );
  return rows.flatMap(({ table: name, constraint, columns }) => {
    const table = tables.find((one) => one.table === name);
    const protectedColumns = Object.entries(table?.fields ?? {})
      .flatMap(([field, { index }]) => [field, ...(index ? [index] : [])])
      .map(columnOf);
    return table && columns.some((column) => protectedColumns.includes(column)) ? [{ table, constraint }] : [];
  });
}
