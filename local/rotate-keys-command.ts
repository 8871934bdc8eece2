import { parseArgs } from 'node:util';
import { subgraphNames, type SubgraphName } from '#schema/events.ts';
import { ConfigError } from '#chassis/config.ts';
import { isSubgraphName } from '#chassis/migrations.ts';
import { renewDataKeys, rewrapDataKeys } from '#chassis/protection/rotate-keys.ts';
import { withProtection } from '#chassis/protection/with-protection.ts';
import { runCommand } from './command.ts';
import { dataFolder, hasSecrets, readSecrets, writeSecrets } from './data-folder.ts';
import { newKek } from './data-keks.ts';
import { withDatabases } from './databases.ts';
import { protectedTablesOf } from './protected-tables.ts';

// npm run keys:rotate: docs/protection.md says when, and what before and after.
//   --new-kek     puts a new key-encryption key in front of those in the data folder, and does nothing else
//   --subgraph x  this subgraph alone
//   --data        new data keys too, and everything encrypted anew
//   --older-than  with --data: patients whose newest data key is older than so many hours; 24 unless said otherwise

const usage = 'npm run keys:rotate -- [--new-kek] [--subgraph patient|appointment|…] [--data [--older-than <hours>]]';

interface Wanted {
  names: readonly SubgraphName[];
  newKek: boolean;
  data: boolean;
  olderThanHours: number;
}

function readArguments(args: string[]): Wanted {
  const options = {
    'new-kek': { type: 'boolean' },
    subgraph: { type: 'string' },
    data: { type: 'boolean' },
    'older-than': { type: 'string' },
  } as const;
  let values: ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];
  try {
    ({ values } = parseArgs({ args, options }));
  } catch {
    throw new ConfigError(usage);
  }
  const { subgraph, 'older-than': olderThan = '24' } = values;
  if (subgraph !== undefined && !isSubgraphName(subgraph)) throw new ConfigError(`--subgraph must be one of ${subgraphNames.join(', ')}`);
  if (!/^\d{1,6}$/.test(olderThan)) throw new ConfigError('--older-than must be a whole number of hours');
  return {
    names: subgraph ? [subgraph] : subgraphNames,
    newKek: values['new-kek'] ?? false,
    data: values.data ?? false,
    olderThanHours: Number(olderThan),
  };
}

function addKek(): void {
  const folder = dataFolder();
  if (!hasSecrets(folder))
    throw new ConfigError(`${folder} has no keys of its own. Put a new entry in front of those in DATA_KEKS: ${usage}`);
  const secrets = readSecrets(folder);
  writeSecrets(folder, { ...secrets, dataKeks: [newKek(new Date()), ...secrets.dataKeks.split(',')].join(',') });
  console.log('a new key-encryption key is in front. Restart the system, then: npm run keys:rotate');
}

async function rotate(name: SubgraphName, databaseUrl: string, env: NodeJS.ProcessEnv, wanted: Wanted): Promise<number> {
  const say = (step: string) => console.log(`${name.padEnd(13)} ${step}`);
  return withProtection({ subgraph: name, databaseUrl, tables: protectedTablesOf[name], env }, async (protection) => {
    const { rewrapped, left } = await rewrapDataKeys(protection, say);
    const used = protection.management.currentKekId;
    say(
      left === 0
        ? `${rewrapped} data keys wrapped anew; all are wrapped with ${used}`
        : `${left} data keys were made with another key just now`,
    );
    if (!wanted.data) return left;
    const renewed = await renewDataKeys(protection, new Date(Date.now() - wanted.olderThanHours * 3_600_000), say);
    say(`${renewed.patients} patients with a new data key, ${renewed.rows} rows encrypted anew, ${renewed.left} not under the newest key`);
    return left + renewed.left;
  });
}

await runCommand(async () => {
  const wanted = readArguments(process.argv.slice(2));
  if (wanted.newKek) return addKek();
  await withDatabases(async (urls, env) => {
    let left = 0;
    for (const name of wanted.names) left += await rotate(name, urls[name], env, wanted);
    if (left > 0) {
      throw new ConfigError(
        'Not everything is under the newest keys: a service wrote meanwhile with a key that it remembers for five minutes, or runs with an older DATA_KEKS. Do the same again then.',
      );
    }
    console.log('done: key-encryption keys behind the first one are needed no more');
  });
});
