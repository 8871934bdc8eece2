import { subgraphNames } from '#schema/events.ts';
import { migrateDatabase } from '#chassis/migrations.ts';
import { runCommand } from '../local/command.ts';
import { withDatabases } from '../local/databases.ts';
import { readSeedArguments } from './seed-arguments.ts';
import { seedSystem } from './seed-system.ts';

// npm run seed -- [--patients N] [--today YYYY-MM-DD]: demo data for an empty system, running or not.

await runCommand(async () => {
  const { patients, today } = readSeedArguments(process.argv.slice(2), new Date());
  const startedAt = performance.now();
  const progress = (step: string) => console.log(`[${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s] ${step}`);
  await withDatabases(async (urls, env) => {
    progress('migrating five databases');
    await Promise.all(subgraphNames.map((name) => migrateDatabase(name, urls[name])));
    progress(`making up a hospital with ${patients} patients`);
    const loadingFrom = performance.now();
    const rows = await seedSystem(urls, { patients, today, progress, env });
    if (rows === 0) return;
    const seconds = (performance.now() - loadingFrom) / 1_000;
    progress(`${rows} rows in ${seconds.toFixed(1)} s: ${Math.round(rows / seconds)} rows per second`);
  });
});
