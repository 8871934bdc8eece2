import { setTimeout as pause } from 'node:timers/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import { type Sql, sqltag as sql } from '@prisma/client/runtime/client';
import pg from 'pg';
import type { Logger } from 'pino';
import { postgresError } from './postgres-error.ts';

export { isExclusionViolation, isUniqueViolation, postgresError } from './postgres-error.ts';

/** The part of a Prisma client, or of a transaction of one, that chassis code needs. */
export interface SqlExecutor {
  $queryRaw<T = unknown>(query: TemplateStringsArray | Sql, ...values: unknown[]): PromiseLike<T>;
  $executeRaw(query: TemplateStringsArray | Sql, ...values: unknown[]): PromiseLike<number>;
}

export type IsolationLevel = 'ReadCommitted' | 'RepeatableRead' | 'Serializable';

/** Any generated Prisma client. */
export interface SqlClient extends SqlExecutor {
  $disconnect(): Promise<void>;
}

/** A Prisma client whose transactions are `Tx`, its `Prisma.TransactionClient`. */
export interface TransactionalClient<Tx extends SqlExecutor> extends SqlClient {
  $transaction<R>(
    work: (tx: Tx) => Promise<R>,
    options?: { isolationLevel?: IsolationLevel; maxWait?: number; timeout?: number },
  ): Promise<R>;
}

export interface Database<Client extends SqlClient = SqlClient> {
  readonly client: Client;
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** `postgres://role:password@host:port/database` */
  url: string;
  /** Shown in pg_stat_activity. */
  applicationName: string;
  log: Logger;
  /** Most connections this process opens. */
  maxConnections?: number;
  /** Called with the text of every statement sent: for tests that count them. */
  onStatement?: (text: string) => void;
}

/** Opens the pool that Prisma and hand-written SQL share. Connects on first use. */
export function openDatabase<Client extends SqlClient>(
  options: DatabaseOptions,
  openClient: (adapter: PrismaPg) => Client,
): Database<Client> {
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.maxConnections ?? 16,
    connectionTimeoutMillis: 15_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
  });
  let closed = false;
  pool.on('error', (error) => {
    // Connections say goodbye after the pool has ended: a database that stops right then is no news.
    if (!closed) options.log.warn({ error: error.message }, 'idle database connection lost');
  });
  if (options.onStatement) countStatements(pool, options.onStatement);
  const client = openClient(new PrismaPg(pool));
  return {
    client,
    pool,
    async close() {
      closed = true;
      await client.$disconnect();
      await pool.end();
    },
  };
}

function countStatements(pool: pg.Pool, onStatement: (text: string) => void): void {
  pool.on('connect', (connection) => {
    const query = connection.query.bind(connection) as (...args: unknown[]) => unknown;
    connection.query = ((...args: unknown[]) => {
      const [first] = args;
      onStatement(typeof first === 'string' ? first : ((first as { text?: string } | undefined)?.text ?? ''));
      return query(...args);
    }) as typeof connection.query;
  });
}

const retryable = new Set(['40001', '40P01']);

/**
 * Runs the work in one transaction; the whole of it again, at most `attempts` times, when PostgreSQL ends it with a
 * serialization failure or a deadlock. The work must have no effect outside of `tx`.
 */
export async function transact<Tx extends SqlExecutor, R>(
  client: TransactionalClient<Tx>,
  work: (tx: Tx) => Promise<R>,
  options: { isolationLevel?: IsolationLevel; attempts?: number } = {},
): Promise<R> {
  const attempts = options.attempts ?? 6;
  for (let attempt = 1; ; attempt++) {
    try {
      return await client.$transaction(work, {
        ...(options.isolationLevel && { isolationLevel: options.isolationLevel }),
        maxWait: 15_000,
        timeout: 20_000,
      });
    } catch (error) {
      const code = postgresError(error)?.code;
      if (!code || !retryable.has(code) || attempt >= attempts) throw error;
      await pause(Math.random() * 10 * 2 ** attempt);
    }
  }
}

/** Takes transaction-long advisory locks, always in the same order, so that two requests cannot wait for each other. */
export async function lock(tx: SqlExecutor, ...keys: string[]): Promise<void> {
  for (const key of [...new Set(keys)].sort()) {
    await tx.$executeRaw(sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`);
  }
}
