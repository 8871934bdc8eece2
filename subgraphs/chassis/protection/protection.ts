import pg from 'pg';
import type { Logger } from 'pino';
import type { SubgraphName } from '#schema/events.ts';
import { ConfigError } from '../config.ts';
import { configuredKeys } from './configured-keys.ts';
import { DataKeys, wrappedKeyOf, type DataKeyLimits } from './data-keys.ts';
import { UnknownKekError, type KeyManagement } from './key-management.ts';
import type { ProtectedTable } from './protected-tables.ts';
import { rowProtection, type RowProtection } from './row-protection.ts';
import { sealPlainText } from './seal-plain-text.ts';

export interface ProtectionOptions {
  readonly subgraph: SubgraphName;
  readonly databaseUrl: string;
  readonly tables: readonly ProtectedTable[];
  readonly log: Logger;
  /** Key-encryption keys are read from it. */
  readonly env: NodeJS.ProcessEnv;
  /** Instead of what is configured: an adapter to a key-management service. */
  readonly management?: KeyManagement;
  readonly limits?: Partial<DataKeyLimits>;
}

/** The encryption of one subgraph's columns, on connections of its own: a transaction that waits for a key never waits for itself. */
export interface Protection extends RowProtection {
  readonly subgraph: SubgraphName;
  readonly tables: readonly ProtectedTable[];
  readonly management: KeyManagement;
  readonly keys: DataKeys;
  readonly pool: pg.Pool;
  /**
   * Encrypts what is still plain text.
   * @throws ConfigError when a key-encryption key is not there that opens data keys
   */
  prepare(): Promise<void>;
  close(): Promise<void>;
}

/** Connections that read keys; each is needed for a moment, and seldom. */
const maxConnections = 2;

/** @throws ConfigError when the key-encryption keys are not configured well */
export function openProtection(options: ProtectionOptions): Protection {
  const { subgraph, tables, log } = options;
  const management = options.management ?? configuredKeys(subgraph, options.env);
  const pool = new pg.Pool({
    connectionString: options.databaseUrl,
    application_name: `${subgraph} keys`,
    max: maxConnections,
    connectionTimeoutMillis: 15_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
  });
  let closed = false;
  pool.on('error', (error) => {
    if (!closed) log.warn({ error: error.message }, 'idle database connection lost');
  });
  const keys = new DataKeys(subgraph, pool, management, options.limits);
  const rows = rowProtection(subgraph, keys);
  return {
    ...rows,
    subgraph,
    tables,
    management,
    keys,
    pool,
    async prepare() {
      await assertOpens(subgraph, pool, management);
      await sealPlainText(tables, { subgraph, pool, keys, rows }, log);
    },
    async close() {
      closed = true;
      keys.close();
      await pool.end();
    },
  };
}

/** Opens one data key of each key-encryption key that is in use: better now than at the first chart. */
async function assertOpens(subgraph: SubgraphName, pool: pg.Pool, management: KeyManagement): Promise<void> {
  const { rows } = await pool.query<{ subject: string; version: number; kek_id: string; wrapped_key: Buffer }>(
    'select distinct on (kek_id) subject, version, kek_id, wrapped_key from data_key order by kek_id',
  );
  for (const row of rows) {
    try {
      await management.unwrap([wrappedKeyOf(subgraph, row)]);
    } catch (error) {
      const remedy = `Put it back behind the current one; it may go after npm run keys:rotate -- --subgraph ${subgraph} has said that nothing needs it. Without it the data is lost.`;
      throw new ConfigError(
        error instanceof UnknownKekError
          ? `DATA_KEKS of ${subgraph} lacks the key ${row.kek_id}, which data keys are wrapped with. ${remedy}`
          : `The key ${row.kek_id} in DATA_KEKS of ${subgraph} is not the one that data keys were wrapped with. ${remedy}`,
        { cause: error },
      );
    }
  }
}
