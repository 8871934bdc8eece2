import { z } from 'zod';
import { poolSize, readConfig } from '#chassis/config.ts';
import { readRouterSettings } from '../router/config.ts';
import { anchorFile } from './data-folder.ts';
import { announce, hostOf, openData, publicUrl, type System, type SystemOptions } from './open-data.ts';
import { readPort } from './ports.ts';

/**
 * The system in one process: the same five subgraphs, each with its own database and role, and the router. Only the router listens.
 * @throws ConfigError when something is in the way; nothing is left running then
 */
export async function startOneProcess(options: SystemOptions): Promise<System> {
  const port = readPort('router', options.env);
  const host = hostOf(options.env);
  const env: NodeJS.ProcessEnv = {
    ...options.env,
    DATA_DIR: options.dataFolder,
    AUDIT_ANCHOR_FILE: anchorFile(options.dataFolder, options.env),
    HOST: host,
    ROUTER_PORT: String(port),
    PUBLIC_URL: options.env.PUBLIC_URL ?? publicUrl(host, port),
  };
  const settings = readRouterSettings(env);
  const { DATABASE_POOL: maxConnections } = readConfig(z.object({ DATABASE_POOL: poolSize }), env);

  const data = await openData(options, { router: port }, () => import('./graph-in-process.ts'));
  try {
    announce(options, 'starting five subgraphs and the router in this process');
    const graph = await data.prepared.startGraph({
      databaseUrls: data.urls,
      settings,
      env: { ...data.env, ...env, PRESCRIPTION_SIGNING_KEY: env.PRESCRIPTION_SIGNING_KEY ?? data.secrets.prescriptionSigning },
      maxConnections,
    });
    return {
      url: publicUrl(host, port),
      databaseUrls: data.urls,
      async stop() {
        await graph.close();
        await data.close();
      },
    };
  } catch (error) {
    await data.close();
    throw error;
  }
}
