import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { subgraphNames } from '#schema/events.ts';
import { ConfigError } from '#chassis/config.ts';
import { deriveLinkKeys, formatLinkKeys } from '#chassis/internal-token.ts';
import { allLinks, linksOf } from '#chassis/links.ts';
import { readRouterSettings } from '../router/config.ts';
import { anchorFile } from './data-folder.ts';
import { dataKeksOf } from './data-keks.ts';
import { announce, hostOf, openData, publicUrl, type System, type SystemOptions } from './open-data.ts';
import { readPorts } from './ports.ts';
import { serviceProcess, type ServiceProcess } from './service-process.ts';

/** The system as services on one machine: databases, five subgraph processes, the router. */
export interface Services extends System {
  readonly processes: ReadonlyMap<string, ServiceProcess>;
}

export interface ServicesOptions extends SystemOptions {
  /** Run the sources themselves, for reload, instead of bundles that start faster. */
  fromSource?: boolean;
}

const entries: Readonly<Record<string, string>> = {
  ...Object.fromEntries(subgraphNames.map((name) => [name, `subgraphs/${name}/index.ts`])),
  router: 'router/index.ts',
};
const root = fileURLToPath(new URL('..', import.meta.url));

/** @throws ConfigError when something is in the way, or a process cannot start; nothing is left running then */
export async function startSystem(options: ServicesOptions): Promise<Services> {
  const { env, log } = options;
  const ports = readPorts(env);
  // What the router would refuse to start with is said before anything is made.
  readRouterSettings({ ...env, DATA_DIR: options.dataFolder });
  const data = await openData(options, ports, () => nodeCommands(options.fromSource ?? false));
  const { urls, secrets, prepared: commands } = data;
  const processes = new Map<string, ServiceProcess>();
  const stop = async () => {
    // The router first: it lets requests under way finish while the subgraphs still answer.
    await processes.get('router')?.stop();
    await Promise.all([...processes.values()].map((service) => service.stop()));
    await data.close();
  };
  try {
    const linkKeys = deriveLinkKeys(secrets.links, allLinks);
    const keysOf = (name: string) => formatLinkKeys(new Map([...linkKeys].filter(([link]) => linksOf(name).includes(link))));
    const subgraphUrls = Object.fromEntries(subgraphNames.map((name) => [`${name.toUpperCase()}_URL`, `http://127.0.0.1:${ports[name]}`]));
    const common = {
      ...withoutSecrets(env),
      ...subgraphUrls,
      DATA_DIR: options.dataFolder,
      AUDIT_ANCHOR_FILE: anchorFile(options.dataFolder, env),
      ...(process.stdout.isTTY && { LOG_FORMAT: env.LOG_FORMAT ?? 'pretty', FORCE_COLOR: '1' }),
    };
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

    announce(options, 'starting five subgraphs and the router');
    const host = hostOf(env);
    // First, because it takes longest to start.
    const url = publicUrl(host, ports.router);
    launch('router', {
      ROUTER_PORT: String(ports.router),
      HOST: host,
      PUBLIC_URL: env.PUBLIC_URL ?? url,
      ...(env.INTROSPECTION_CLIENT_SECRET !== undefined && { INTROSPECTION_CLIENT_SECRET: env.INTROSPECTION_CLIENT_SECRET }),
    });
    for (const name of subgraphNames) {
      launch(name, {
        [`DATABASE_URL_${name.toUpperCase()}`]: urls[name],
        [`${name.toUpperCase()}_PORT`]: String(ports[name]),
        HOST: '127.0.0.1', // only the router and its peers on this machine have business there
        ...dataKeksOf(name, data.env),
        ...(name === 'prescription' && { PRESCRIPTION_SIGNING_KEY: env.PRESCRIPTION_SIGNING_KEY ?? secrets.prescriptionSigning }),
      });
    }
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
  Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^DATABASE_URL_|^DATA_KEKS|^LINK_KEYS$|^PRESCRIPTION_SIGNING_KEY$|^INTROSPECTION_CLIENT_SECRET$/.test(name),
    ),
  );

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
