import type { OpenGraph } from './graph.ts';

/** What a refusal may leave behind: that it was asked, and what was answered. */
const traces = /^(_prisma_migrations|idempotency|inbox|outbox|gathered_audit|audit|data_key)/;

/** One text per table of each subgraph: equal only when no row was added, changed or removed. */
export async function digestOf({ subgraphs }: OpenGraph): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const [name, { database }] of subgraphs) {
    const { rows: tables } = await database.pool.query<{ tablename: string }>(
      `select tablename from pg_tables where schemaname = 'public'`,
    );
    for (const { tablename } of tables.filter((table) => !traces.test(table.tablename))) {
      const { rows } = await database.pool.query<{ digest: string | null }>(
        `select md5(string_agg(t::text, ',' order by t::text)) as digest from "${tablename}" as t`,
      );
      digests[`${name}.${tablename}`] = rows[0]?.digest ?? '';
    }
  }
  return digests;
}
