import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { request } from 'undici';
import { subgraphNames, type SubgraphName } from '#schema/events.ts';
import { ConfigError } from '#chassis/config.ts';
import { deriveLinkKeys, formatLinkKeys } from '#chassis/internal-token.ts';
import { allLinks, linksOf } from '#chassis/links.ts';
import { lockFolder, readSecrets } from './data-folder.ts';
import { openDatabases, type DatabaseUrls } from './databases.ts';
import { migrateAll } from './migrate-all.ts';
import { serviceProcess, type ServiceProcess } from './service-process.ts';

/** The whole system on one machine: databases, five subgraph processes, the router. */
export interface System {
  readonly url: string;
  readonly processes: ReadonlyMap<string, ServiceProcess>;
  readonly databaseUrls: DatabaseUrls;
  stop(): Promise<void>;
}

export interface SystemOptions {
  dataFolder: string;
  env: NodeJS.ProcessEnv;
  log: Logger;
  /** Told what is being done, for the person who waits. */
  progress: (step: string) => void;
  /** Put demo data into an empty system. */
  seed: boolean;
  /** Run the sources themselves, for reload, instead of bundles that start faster. */
  fromSource?: boolean;
  /** Gives up a start that is under way; everything started so far is stopped. */
  signal?: AbortSignal;
}

const entries: Readonly<Record<string, string>> = {
  ...Object.fromEntries(subgraphNames.map((name) => [name, `subgraphs/${name}/index.ts`])),
  router: 'router/index.ts',
};
const root = fileURLToPath(new URL('..', import.meta.url));
const defaultPorts: Readonly<Record<string, number>> = {
  router: 4000,
  ...Object.fromEntries(subgraphNames.map((name, index) => [name, 4001 + index])),
};

/** Ports by `ROUTER_PORT`, `PATIENT_PORT` and so on. */
export function readPorts(env: NodeJS.ProcessEnv): Record<'router' | SubgraphName, number> {
  const ports = Object.fromEntries(
    Object.entries(defaultPorts).map(([name, byDefault]) => {
      const variable = `${name.toUpperCase()}_PORT`;
      const port = Number(env[variable] ?? byDefault);
      if (!Number.isInteger(port) || port < 1 || port > 65_535)
        throw new ConfigError(`${variable} must be a port from 1 to 65535, not "${env[variable]}".`);
      return [name, port];
    }),
  );
  for (const [name, port] of Object.entries(ports)) {
    const other = Object.keys(ports).find((known) => known !== name && ports[known] === port);
    if (other)
      throw new ConfigError(`${name.toUpperCase()}_PORT and ${other.toUpperCase()}_PORT are both ${port}: each needs a port of its own.`);
  }
  return ports as Record<'router' | SubgraphName, number>;
}

async function assertFree(name: string, port: number): Promise<void> {
  const probe = createServer();
  const outcome = once(probe.listen(port), 'listening');
  try {
    await outcome;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new ConfigError(
      `Port ${port}, which the ${name} needs, is taken by another program. Stop that program, or set ${name.toUpperCase()}_PORT to another port.`,
    );
  }
  probe.close();
  await once(probe, 'close');
}

export async function startSystem(options: SystemOptions): Promise<System> {
  const { env, log, progress, dataFolder } = options;
  const ports = readPorts(env);
  const lock = lockFolder(dataFolder);
  const step = (what: string) => {
    options.signal?.throwIfAborted();
    progress(what);
  };
  const commandsReady = nodeCommands(options.fromSource ?? false);
  commandsReady.catch(() => undefined); // looked at below; a step before it may fail first
  const stopSteps: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const undo of stopSteps.splice(0).reverse()) await undo();
    lock.release();
  };
  try {
    for (const [name, port] of Object.entries(ports)) await assertFree(name, port);
    step('starting PostgreSQL');
    const { urls, cluster } = await openDatabases(dataFolder, env, (reason) =>
      log.error({ reason }, 'PostgreSQL ended unexpectedly; it is started again'),
    );
    if (cluster) stopSteps.push(() => cluster.stop());
    lock.announce(cluster?.port ?? null);

    step('migrating five databases');
    await migrateAll(urls);

    const secrets = readSecrets(dataFolder);
    const linkKeys = deriveLinkKeys(secrets.links, allLinks);
    const keysOf = (name: string) => formatLinkKeys(new Map([...linkKeys].filter(([link]) => linksOf(name).includes(link))));
    const subgraphUrls = Object.fromEntries(subgraphNames.map((name) => [`${name.toUpperCase()}_URL`, `http://127.0.0.1:${ports[name]}`]));
    const common = {
      ...withoutSecrets(env),
      ...subgraphUrls,
      DATA_DIR: dataFolder,
      ...(process.stdout.isTTY && { LOG_FORMAT: env.LOG_FORMAT ?? 'pretty', FORCE_COLOR: '1' }),
    };
    const processes = new Map<string, ServiceProcess>();
    let failed: string | undefined;
    const launch = (name: string, own: NodeJS.ProcessEnv) => {
      const service = serviceProcess({
        name,
        command: commands[name] ?? [],
        log,
        env: { ...common, LINK_KEYS: keysOf(name), ...own },
        // Exit code 1 before it ever listened: its configuration is at fault, and another try would be too.
        onCrash: (code) => {
          if (code === 1) failed ??= name;
        },
      });
      processes.set(name, service);
      service.start();
    };

    if (options.seed) {
      const { seedIfEmpty } = await import('../seed/seed-system.ts');
      options.signal?.throwIfAborted();
      await seedIfEmpty(urls, progress);
    }

    step('starting five subgraphs and the router');
    const commands = await commandsReady;
    stopSteps.push(async () => {
      // The router first: it lets requests under way finish while the subgraphs still answer.
      await processes.get('router')?.stop();
      await Promise.all([...processes.values()].map((service) => service.stop()));
    });
    // The development issuer makes anyone anybody: unless told otherwise, nobody else's machine reaches it.
    const host = env.HOST ?? '127.0.0.1';
    // First, because it takes longest to start.
    launch('router', { ROUTER_PORT: String(ports.router), HOST: host });
    for (const name of subgraphNames) {
      launch(name, {
        [`DATABASE_URL_${name.toUpperCase()}`]: urls[name],
        [`${name.toUpperCase()}_PORT`]: String(ports[name]),
        HOST: '127.0.0.1', // only the router and its peers on this machine have business there
        ...(name === 'prescription' && { PRESCRIPTION_SIGNING_KEY: env.PRESCRIPTION_SIGNING_KEY ?? secrets.prescriptionSigning }),
      });
    }
    const url = `http://${['0.0.0.0', '::', '127.0.0.1', '::1'].includes(host) ? 'localhost' : host}:${ports.router}`;
    await untilReady(url, options.signal, () => {
      if (failed) throw new ConfigError(`The ${failed} process cannot start; the line above says why.`);
    });
    return { url, processes, databaseUrls: urls, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** How to run each process. Bundling goes on while the database starts. */
async function nodeCommands(fromSource: boolean): Promise<Record<string, string[]>> {
  if (fromSource) return Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, ['--import', 'tsx', `${root}${file}`]]));
  const { bundle } = await import('./bundle.ts');
  return Object.fromEntries(Object.entries(await bundle(entries)).map(([name, file]) => [name, ['--enable-source-maps', file]]));
}

/** A subgraph gets its own database and keys, not those of others. */
const withoutSecrets = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !/^DATABASE_URL_|^LINK_KEYS$|^PRESCRIPTION_SIGNING_KEY$/.test(name)));

const readyWithinMs = 60_000;

async function untilReady(url: string, signal: AbortSignal | undefined, assertHope: () => void): Promise<void> {
  const deadline = Date.now() + readyWithinMs;
  let last = 'the router does not listen';
  while (Date.now() < deadline) {
    signal?.throwIfAborted();
    assertHope();
    const answer = await request(`${url}/health/ready`).catch(() => undefined);
    if (answer?.statusCode === 200) {
      await answer.body.dump();
      return;
    }
    if (answer) last = await answer.body.text();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new ConfigError(`The system was not ready after ${readyWithinMs / 1_000} s: ${last}. The log lines above say why.`);
}
