import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import type { SubgraphName } from '#schema/events.ts';
import { migrateDatabase, readMigrations } from '../migrations.ts';
import { eventually } from './eventually.ts';

export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
}

const withDatabase = (url: string, database: string): string => Object.assign(new URL(url), { pathname: `/${database}` }).href;

/** A fresh, migrated database of a subgraph, dropped at the end. Copied from a template that the first caller makes. */
export async function testDatabase(name: SubgraphName): Promise<TestDatabase> {
  const adminUrl = inject('adminUrl');
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  const migrations = readMigrations(name);
  const template = `template_${name}_${createHash('sha256').update(JSON.stringify(migrations)).digest('hex').slice(0, 12)}`;
  const database = `test_${name}_${randomBytes(6).toString('hex')}`;
  try {
    await admin.query('select pg_advisory_lock(hashtextextended($1, 0))', [template]);
    const { rowCount } = await admin.query('select from pg_database where datname = $1', [template]);
    if (rowCount === 0) {
      const making = `${template}_new`;
      await admin.query(`drop database if exists ${making}`);
      await admin.query(`create database ${making}`);
      await migrateDatabase(name, withDatabase(adminUrl, making), migrations);
      await admin.query(`alter database ${making} rename to ${template}`);
    }
    await admin.query(`create database ${database} template ${template} strategy file_copy`);
  } finally {
    await admin.end();
  }
  return {
    url: withDatabase(adminUrl, database),
    async [Symbol.asyncDispose]() {
      const client = new pg.Client({ connectionString: adminUrl });
      await client.connect();
      try {
        // A pool that was ended may still be saying goodbye; cutting it off would be an error of nobody's test.
        await eventually(
          () => client.query('select from pg_stat_activity where datname = $1', [database]),
          ({ rowCount }) => rowCount === 0,
        );
        await client.query(`drop database ${database}`);
      } finally {
        await client.end();
      }
    },
  };
}
