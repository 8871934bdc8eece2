import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { subgraphNames, type SubgraphName } from '#schema/events.ts';
import { ConfigError } from './config.ts';

const prismaDirectory = fileURLToPath(new URL('../../prisma/', import.meta.url));

export interface Migration {
  /** `20261123000000_init`: applied in the order of names. */
  name: string;
  sql: string;
}

/** All migrations of a subgraph's database: those of the chassis and its own. */
export function readMigrations(name: SubgraphName, directory = prismaDirectory): Migration[] {
  return ['chassis', name]
    .flatMap((owner) => {
      const folder = join(directory, owner, 'migrations');
      if (!existsSync(folder)) return [];
      return readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => ({ name: entry.name, sql: readFileSync(join(folder, entry.name, 'migration.sql'), 'utf8') }));
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export interface MigrationStatus {
  applied: string[];
  missing: string[];
  /** Why the database may not be migrated: it is ahead, a migration was edited, or one has failed. Null when all is well. */
  obstacle: string | null;
}

interface AppliedRow {
  migration_name: string;
  checksum: string;
  finished_at: Date | null;
  rolled_back_at: Date | null;
}

/** Compares the migrations on disk with `_prisma_migrations`, Prisma's own table. Changes nothing. */
export async function migrationStatus(
  db: pg.Pool | pg.Client,
  name: SubgraphName,
  migrations = readMigrations(name),
): Promise<MigrationStatus> {
  const { rows: tables } = await db.query<{ present: boolean }>(`select to_regclass('_prisma_migrations') is not null as present`);
  const rows = tables[0]?.present
    ? (
        await db.query<AppliedRow>(
          'select migration_name, checksum, finished_at, rolled_back_at from _prisma_migrations where rolled_back_at is null order by started_at',
        )
      ).rows
    : [];
  const onDisk = new Map(migrations.map((migration) => [migration.name, checksum(migration.sql)]));
  const applied = rows.map((row) => row.migration_name);
  return {
    applied,
    missing: migrations.map((migration) => migration.name).filter((migration) => !applied.includes(migration)),
    obstacle: obstacleIn(name, rows, onDisk),
  };
}

const checksum = (sql: string): string => createHash('sha256').update(sql).digest('hex');

function obstacleIn(name: SubgraphName, rows: readonly AppliedRow[], onDisk: ReadonlyMap<string, string>): string | null {
  const list = (found: readonly AppliedRow[]) => found.map((row) => row.migration_name).join(', ');
  const failed = rows.filter((row) => row.finished_at === null);
  if (failed.length > 0) {
    return `The database of ${name} has a migration that failed half way: ${list(failed)}. Repair or restore the database, then mark it as rolled back in _prisma_migrations.`;
  }
  const unknown = rows.filter((row) => !onDisk.has(row.migration_name));
  if (unknown.length > 0) {
    return `The database of ${name} is ahead of this version: it has ${list(unknown)}, which this checkout does not. Run the version that made it, or restore an older backup.`;
  }
  const edited = rows.filter((row) => onDisk.get(row.migration_name) !== row.checksum);
  if (edited.length > 0) {
    return `A migration that the database of ${name} has applied was edited since: ${list(edited)}. Undo the edit and write a new migration instead (npm run migrate:new -- ${name} <name>).`;
  }
  return null;
}

/**
 * Applies what is missing, by Prisma's schema engine, one process at a time.
 * @returns the names of the migrations applied now
 * @throws ConfigError when the database is ahead, edited or failed; nothing is changed then
 */
export async function migrateDatabase(name: SubgraphName, databaseUrl: string, migrations = readMigrations(name)): Promise<string[]> {
  const gate = new pg.Client({ connectionString: databaseUrl, application_name: `${name} migrate` });
  await gate.connect();
  try {
    if ((await missingIn(gate, name, migrations)).length === 0) return [];
    await gate.query(`select pg_advisory_lock(hashtextextended('migrate', 0))`);
    if ((await missingIn(gate, name, migrations)).length === 0) return [];
    return await applyMigrations(databaseUrl, migrations);
  } finally {
    await gate.end();
  }
}

async function missingIn(db: pg.Client, name: SubgraphName, migrations: Migration[]): Promise<string[]> {
  const status = await migrationStatus(db, name, migrations);
  if (status.obstacle) throw new ConfigError(status.obstacle);
  return status.missing;
}

async function applyMigrations(databaseUrl: string, migrations: readonly Migration[]): Promise<string[]> {
  // Loaded only now: a start that finds nothing to do should not pay for the engine.
  const { openSchemaEngine } = await import('./schema-engine.ts');
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  try {
    const engine = await openSchemaEngine(pool);
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: {
        baseDir: prismaDirectory,
        lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"' },
        shadowDbInitScript: '',
        migrationDirectories: migrations.map(({ name, sql }) => ({
          path: name,
          migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
        })),
      },
      filters: { externalTables: [], externalEnums: [] },
    });
    return appliedMigrationNames;
  } finally {
    await pool.end();
  }
}

export const isSubgraphName = (name: string): name is SubgraphName => (subgraphNames as readonly string[]).includes(name);
