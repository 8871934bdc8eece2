import pg from 'pg';
import { subgraphNames, type SubgraphName } from '#schema/events.ts';
import { ConfigError } from '#chassis/config.ts';
import { migrateDatabase, migrationStatus, type MigrationStatus } from '#chassis/migrations.ts';
import type { DatabaseUrls } from './databases.ts';

export async function migrationStatuses(urls: DatabaseUrls): Promise<Map<SubgraphName, MigrationStatus>> {
  return new Map(
    await Promise.all(
      subgraphNames.map(async (name) => {
        const client = new pg.Client({ connectionString: urls[name] });
        await client.connect();
        try {
          return [name, await migrationStatus(client, name)] as const;
        } finally {
          await client.end();
        }
      }),
    ),
  );
}

/**
 * Applies what is missing everywhere; nothing anywhere when one database cannot be migrated.
 * @throws ConfigError with every obstacle
 */
export async function migrateAll(urls: DatabaseUrls): Promise<Map<SubgraphName, string[]>> {
  const statuses = await migrationStatuses(urls);
  const obstacles = [...statuses.values()].flatMap(({ obstacle }) => obstacle ?? []);
  if (obstacles.length > 0) throw new ConfigError(obstacles.join('\n'));
  return new Map(await Promise.all(subgraphNames.map(async (name) => [name, await migrateDatabase(name, urls[name])] as const)));
}
