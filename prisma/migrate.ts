import { subgraphNames } from '#schema/events.ts';
import { migrateDatabase } from '#chassis/migrations.ts';
import { runCommand } from '../local/command.ts';
import { withDatabases } from '../local/databases.ts';

// npm run migrate: applies the migrations that are missing, in every subgraph's database.

await runCommand(() =>
  withDatabases(async (urls) => {
    for (const name of subgraphNames) {
      const applied = await migrateDatabase(name, urls[name]);
      console.log(`${name.padEnd(13)} ${applied.length > 0 ? `applied ${applied.join(', ')}` : 'up to date'}`);
    }
  }),
);
