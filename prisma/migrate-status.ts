import pg from 'pg';
import { subgraphNames } from '#schema/events.ts';
import { migrationStatus } from '#chassis/migrations.ts';
import { runCommand } from '../local/command.ts';
import { withDatabases } from '../local/databases.ts';

// npm run migrate:status: what is applied and missing. Changes nothing; exit code 1 when a database cannot be migrated.

await runCommand(() =>
  withDatabases(async (urls) => {
    for (const name of subgraphNames) {
      const client = new pg.Client({ connectionString: urls[name] });
      await client.connect();
      try {
        const { applied, missing, obstacle } = await migrationStatus(client, name);
        console.log(`${name.padEnd(13)} ${applied.length} applied, ${missing.length > 0 ? `missing: ${missing.join(', ')}` : 'none missing'}`);
        if (obstacle) {
          console.error(`              ${obstacle}`);
          process.exitCode = 1;
        }
      } finally {
        await client.end();
      }
    }
  }),
);
