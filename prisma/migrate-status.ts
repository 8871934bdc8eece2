import { runCommand } from '../local/command.ts';
import { withDatabases } from '../local/databases.ts';
import { migrationStatuses } from '../local/migrate-all.ts';

// npm run migrate:status: what is applied and missing. Changes nothing; exit code 1 when a database cannot be migrated.

await runCommand(() =>
  withDatabases(async (urls) => {
    for (const [name, { applied, missing, obstacle }] of await migrationStatuses(urls)) {
      console.log(
        `${name.padEnd(13)} ${applied.length} applied, ${missing.length > 0 ? `missing: ${missing.join(', ')}` : 'none missing'}`,
      );
      if (!obstacle) continue;
      console.error(`              ${obstacle}`);
      process.exitCode = 1;
    }
  }),
);
