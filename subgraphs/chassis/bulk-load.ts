import pg from 'pg';
import { copyIn } from './copy-in.ts';

/** Inserts rows into a table, whose columns the fields of the rows name in camel case. */
export type InsertRows = (table: string, rows: readonly object[]) => Promise<void>;

/** Who has loaded what, in the audit records: one per table and part. */
const loader = JSON.stringify({ subject: 'system:bulk load', role: 'SYSTEM', purpose: 'HSYSADMIN', requestId: 'bulk load' });

/**
 * Loads a stream of parts into one database, in one transaction. After each part the deferred constraints are checked, so
 * that a mistake shows where it is and the list of checks to come stays short. The source may hold back its end until
 * others are ready to commit too. Nobody is told of the rows: subscriptions do not see them come.
 * @returns how many rows were inserted
 */
export async function bulkLoad<Part>(
  databaseUrl: string,
  parts: AsyncIterable<Part>,
  load: (part: Part, insert: InsertRows, client: pg.Client) => Promise<void>,
): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'bulk load' });
  await client.connect();
  let count = 0;
  const tables = new Set<string>();
  const insert: InsertRows = async (table, rows) => {
    count += await copyIn(client, table, rows);
    if (rows.length > 0) tables.add(table);
  };
  try {
    await client.query('begin');
    await client.query(`select set_config('chassis.bulk_load', 'on', true), set_config('audit.actor', $1, true)`, [loader]);
    for await (const part of parts) {
      await client.query('set constraints all deferred');
      await load(part, insert, client);
      await client.query('set constraints all immediate');
    }
    await client.query('commit');
    if (tables.size > 0) await client.query(`analyze ${[...tables].map((table) => `"${table}"`).join(', ')}`);
    return count;
  } finally {
    // Without a commit the server rolls back.
    await client.end();
  }
}
