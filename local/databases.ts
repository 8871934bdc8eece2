import { join } from 'node:path';
import { subgraphNames, type SubgraphName } from '#schema/events.ts';
import { dataFolder, hasSecrets, lockFolder, readSecrets, runningSystem } from './data-folder.ts';
import { withDataKeks } from './data-keks.ts';
import { createSubgraphDatabases, startCluster, subgraphUrl, type Cluster } from './embedded-postgres.ts';

export type DatabaseUrls = Readonly<Record<SubgraphName, string>>;

/** `DATABASE_URL_PATIENT` and so on: subgraphs whose database is elsewhere. */
export const configuredUrls = (env: NodeJS.ProcessEnv): Partial<Record<SubgraphName, string>> =>
  Object.fromEntries(
    subgraphNames.flatMap((name) => {
      const url = env[`DATABASE_URL_${name.toUpperCase()}`];
      return url ? [[name, url]] : [];
    }),
  );

export interface OpenDatabases {
  urls: DatabaseUrls;
  /** Null when every subgraph's database is elsewhere. */
  cluster: Cluster | null;
}

/** Starts the embedded cluster in the folder, unless no subgraph needs it. */
export async function openDatabases(folder: string, env: NodeJS.ProcessEnv, onCrash?: (reason: string) => void): Promise<OpenDatabases> {
  const elsewhere = configuredUrls(env);
  if (subgraphNames.every((name) => elsewhere[name])) return { urls: elsewhere as DatabaseUrls, cluster: null };
  const secrets = readSecrets(folder);
  const cluster = await startCluster({
    dataDirectory: join(folder, 'postgres'),
    superuserPassword: secrets.postgres,
    ...(onCrash && { onCrash }),
  });
  try {
    await createSubgraphDatabases(cluster, secrets.databases);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return { urls: { ...embeddedUrls(cluster.port, secrets.databases), ...elsewhere }, cluster };
}

const embeddedUrls = (port: number, passwords: DatabaseUrls): DatabaseUrls =>
  Object.fromEntries(subgraphNames.map((name) => [name, subgraphUrl(port, name, passwords[name])])) as DatabaseUrls;

/**
 * Lends the databases to a command: those of the running system, or started for the time of the work. With them the
 * environment, completed by the key-encryption keys of the data folder.
 */
export async function withDatabases<R>(
  work: (urls: DatabaseUrls, env: NodeJS.ProcessEnv) => Promise<R>,
  env: NodeJS.ProcessEnv = process.env,
): Promise<R> {
  const elsewhere = configuredUrls(env);
  const folder = dataFolder(env);
  // Only keys that are kept: one made up here would be gone with the container, and the data with it.
  const withKeks = () => (hasSecrets(folder) ? withDataKeks(env, readSecrets(folder).dataKeks) : env);
  if (subgraphNames.every((name) => elsewhere[name])) return work(elsewhere as DatabaseUrls, withKeks());
  const running = runningSystem(folder);
  if (running?.postgresPort)
    return work({ ...embeddedUrls(running.postgresPort, readSecrets(folder).databases), ...configuredUrls(env) }, withKeks());
  const lock = lockFolder(folder);
  try {
    const { urls, cluster } = await openDatabases(folder, env);
    try {
      return await work(urls, withKeks());
    } finally {
      await cluster?.stop();
    }
  } finally {
    lock.release();
  }
}
