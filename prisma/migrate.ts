import { runCommand } from '../local/command.ts';
import { withDatabases } from '../local/databases.ts';
import { migrateAll } from '../local/migrate-all.ts';

// npm run migrate: applies the migrations that are missing, in every subgraph's database.

await runCommand(() =>
  withDatabases(async (urls) => {
    for (const [name, applied] of await migrateAll(urls)) {
      console.log(`${name.padEnd(13)} ${applied.length > 0 ? `applied ${applied.join(', ')}` : 'up to date'}`);
    }
  }),
);
