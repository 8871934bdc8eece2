import type { Logger } from 'pino';
import { lockFolder, readSecrets, type Secrets } from './data-folder.ts';
import { withDataKeks } from './data-keks.ts';
import { openDatabases, type DatabaseUrls } from './databases.ts';
import { migrateAll } from './migrate-all.ts';
import { assertFree } from './ports.ts';

/** What the system is started with, in both of its forms. */
export interface SystemOptions {
  dataFolder: string;
  env: NodeJS.ProcessEnv;
  log: Logger;
  /** Told what is being done, for the person who waits. */
  progress: (step: string) => void;
  /** Put demo data into an empty system. */
  seed: boolean;
  /** Gives up a start that is under way; everything started so far is stopped. */
  signal?: AbortSignal;
}

/** The system, running in one of its forms. */
export interface System {
  /** Of the router, without a path. */
  readonly url: string;
  readonly databaseUrls: DatabaseUrls;
  /** Takes no new requests, lets those under way finish, stops everything. */
  stop(): Promise<void>;
}

/** The data of the system, ready for use: locked, running, migrated, and seeded if it was empty. */
export interface OpenData<Prepared> {
  readonly urls: DatabaseUrls;
  readonly secrets: Secrets;
  /** The environment with the key-encryption keys of each subgraph. */
  readonly env: NodeJS.ProcessEnv;
  readonly prepared: Prepared;
  /** Stops PostgreSQL and gives the folder free. */
  close(): Promise<void>;
}

/**
 * Opens the data folder before anything that uses it is started.
 * @param ports what is going to listen, by name: looked at first, so that a taken port is found before anything is changed
 * @param prepare work that needs no data, done while the database starts
 * @throws ConfigError when something is in the way; nothing is left running then
 */
export async function openData<Prepared>(
  options: SystemOptions,
  ports: Readonly<Record<string, number>>,
  prepare: () => Promise<Prepared>,
): Promise<OpenData<Prepared>> {
  const { dataFolder, env, log, progress } = options;
  const lock = lockFolder(dataFolder);
  let stopCluster: (() => Promise<void>) | undefined;
  const close = async () => {
    await stopCluster?.();
    lock.release();
  };
  try {
    for (const [name, port] of Object.entries(ports)) await assertFree(name, port);
    announce(options, 'starting PostgreSQL');
    const preparing = prepare();
    preparing.catch(() => undefined); // looked at below; a step before it may fail first
    const { urls, cluster } = await openDatabases(dataFolder, env, (reason) =>
      log.error({ reason }, 'PostgreSQL ended unexpectedly; it is started again'),
    );
    if (cluster) stopCluster = () => cluster.stop();
    lock.announce(cluster?.port ?? null);

    announce(options, 'migrating five databases');
    await migrateAll(urls);
    const secrets = readSecrets(dataFolder);
    const withKeks = withDataKeks(env, secrets.dataKeks);
    if (options.seed) {
      const { seedIfEmpty } = await import('../seed/seed-system.ts');
      options.signal?.throwIfAborted();
      await seedIfEmpty(urls, { progress, env: withKeks });
    }
    return { urls, secrets, env: withKeks, prepared: await preparing, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Says what comes next, unless the start was given up. */
export function announce({ signal, progress }: SystemOptions, step: string): void {
  signal?.throwIfAborted();
  progress(step);
}

/** Where people reach it: `http://localhost:4000` when it listens on this machine or on all addresses. */
export const publicUrl = (host: string, port: number): string =>
  `http://${['0.0.0.0', '::', '127.0.0.1', '::1'].includes(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host}:${port}`;

/** The development issuer makes anyone anybody: unless told otherwise, nobody else's machine reaches the router. */
export const hostOf = (env: NodeJS.ProcessEnv): string => env.HOST ?? '127.0.0.1';
