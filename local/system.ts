import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Logger } from 'pino';
import { request } from 'undici';
import { subgraphNames, type SubgraphName } from '#schema/events.ts';
import { ConfigError } from '#chassis/config.ts';
import { deriveLinkKeys, formatLinkKeys } from '#chassis/internal-token.ts';
import { allLinks, linksOf } from '#chassis/links.ts';
import { migrateDatabase } from '#chassis/migrations.ts';
import { seedIfEmpty } from '../seed/seed-system.ts';
import { lockFolder, readSecrets } from './data-folder.ts';
import { openDatabases, type DatabaseUrls } from './databases.ts';
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
}

const root = new URL('..', import.meta.url).pathname;
const defaultPorts: Readonly<Record<string, number>> = { router: 4000, ...Object.fromEntries(subgraphNames.map((name, index) => [name, 4001 + index])) };

/** Ports by `ROUTER_PORT`, `PATIENT_PORT` and so on. */
export function readPorts(env: NodeJS.ProcessEnv): Record<'router' | SubgraphName, number> {
  const ports = Object.fromEntries(
    Object.entries(defaultPorts).map(([name, byDefault]) => {
      const variable = `${name.toUpperCase()}_PORT`;
      const port = Number(env[variable] ?? byDefault);
      if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new ConfigError(`${variable} must be a port from 1 to 65535, not "${env[variable]}".`);
      return [name, port];
    }),
  );
  return ports as Record<'router' | SubgraphName, number>;
}

async function assertFree(name: string, port: number): Promise<void> {
  const probe = createServer();
  const outcome = once(probe.listen(port), 'listening');
  try {
    await outcome;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new ConfigError(`Port ${port}, which the ${name} needs, is taken by another program. Stop that program, or set ${name.toUpperCase()}_PORT to another port.`);
  }
  probe.close();
  await once(probe, 'close');
}

export async function startSystem(options: SystemOptions): Promise<System> {
  const { env, log, progress, dataFolder } = options;
  const ports = readPorts(env);
  for (const [name, port] of Object.entries(ports)) await assertFree(name, port);
  const lock = lockFolder(dataFolder);
  const stopSteps: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const step of stopSteps.splice(0).reverse()) await step();
    lock.release();
  };
  try {
    progress('starting PostgreSQL');
    const { urls, cluster } = await openDatabases(dataFolder, env);
    if (cluster) stopSteps.push(() => cluster.stop());
    lock.announce(cluster?.port ?? null);

    progress('migrating five databases');
    await Promise.all(subgraphNames.map((name) => migrateDatabase(name, urls[name])));

    const secrets = readSecrets(dataFolder);
    const linkKeys = deriveLinkKeys(secrets.links, allLinks);
    const keysOf = (name: string) => formatLinkKeys(new Map([...linkKeys].filter(([link]) => linksOf(name).includes(link))));
    const subgraphUrls = Object.fromEntries(subgraphNames.map((name) => [`${name.toUpperCase()}_URL`, `http://localhost:${ports[name]}`]));
    const common = { ...withoutSecrets(env), ...subgraphUrls, DATA_DIR: dataFolder, ...(process.stdout.isTTY && { LOG_FORMAT: env.LOG_FORMAT ?? 'pretty', FORCE_COLOR: '1' }) };
    const processes = new Map<string, ServiceProcess>();
    const launch = (name: string, entry: string, own: NodeJS.ProcessEnv) => {
      const service = serviceProcess({ name, entry: `${root}${entry}`, log, env: { ...common, LINK_KEYS: keysOf(name), ...own } });
      processes.set(name, service);
      service.start();
    };

    if (options.seed) await seedIfEmpty(urls, progress);

    progress('starting five subgraphs and the router');
    stopSteps.push(async () => {
      // The router first: it lets requests under way finish while the subgraphs still answer.
      await processes.get('router')?.stop();
      await Promise.all([...processes.values()].map((service) => service.stop()));
    });
    for (const name of subgraphNames) {
      launch(name, `subgraphs/${name}/index.ts`, {
        [`DATABASE_URL_${name.toUpperCase()}`]: urls[name],
        [`${name.toUpperCase()}_PORT`]: String(ports[name]),
        ...(name === 'prescription' && { PRESCRIPTION_SIGNING_KEY: env.PRESCRIPTION_SIGNING_KEY ?? secrets.prescriptionSigning }),
      });
    }
    launch('router', 'router/index.ts', { ROUTER_PORT: String(ports.router) });

    const url = `http://localhost:${ports.router}`;
    await untilReady(url, processes.get('router') as ServiceProcess);
    return { url, processes, databaseUrls: urls, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A subgraph gets its own database and keys, not those of others. */
const withoutSecrets = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !/^DATABASE_URL_|^LINK_KEYS$|^PRESCRIPTION_SIGNING_KEY$/.test(name)));

const readyWithinMs = 60_000;

async function untilReady(url: string, router: ServiceProcess): Promise<void> {
  const deadline = Date.now() + readyWithinMs;
  let last = `the router (process ${router.pid}) does not listen`;
  while (Date.now() < deadline) {
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
