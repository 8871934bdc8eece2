import { createInProcessCourier } from '#chassis/in-process-courier.ts';
import { createLogger } from '#chassis/log.ts';
import type { Subgraph } from '#chassis/subgraph.ts';
import { subgraphNames, type SubgraphName } from '#schema/events.ts';
import type { RouterSettings } from '../router/config.ts';
import { startConfiguredRouter } from '../router/configured-router.ts';
import { inProcessTransport } from '../router/subgraph/in-process-transport.ts';
import type { SubgraphTransport } from '../router/subgraph/transport.ts';
import type { DatabaseUrls } from './databases.ts';
import { createSubgraph } from './subgraphs.ts';

export interface GraphOptions {
  /** Of databases that are migrated already. */
  readonly databaseUrls: DatabaseUrls;
  readonly settings: RouterSettings;
  /** What subgraphs read their own settings and loggers their level from. */
  readonly env: NodeJS.ProcessEnv;
  /** Most connections of one subgraph. */
  readonly maxConnections: number | undefined;
}

/**
 * Five subgraphs and the router in this process, joined by calls instead of HTTP. Only the router listens.
 * @returns what stops it: the router first, so that requests under way still find the subgraphs
 */
export async function startGraph({ databaseUrls, settings, env, maxConnections }: GraphOptions): Promise<{ close(): Promise<void> }> {
  const subgraphs = new Map<SubgraphName, Subgraph>();
  const transports = new Map<SubgraphName, SubgraphTransport>();
  const courier = createInProcessCourier((consumer) => subgraphs.get(consumer)?.inbox);
  const closeSubgraphs = async () => {
    await Promise.all([...subgraphs.values()].map((subgraph) => subgraph.close()));
  };
  try {
    const created = await Promise.allSettled(
      subgraphNames.map(async (name) => {
        const log = createLogger(name, env);
        const subgraph = await createSubgraph[name]({
          databaseUrl: databaseUrls[name],
          log,
          courier,
          env,
          ...(maxConnections !== undefined && { maxConnections }),
        });
        subgraphs.set(name, subgraph);
        transports.set(name, inProcessTransport(subgraph, log));
      }),
    );
    for (const outcome of created) if (outcome.status === 'rejected') throw outcome.reason;

    const router = await startConfiguredRouter(settings, { transports, log: createLogger('router', env) });
    for (const subgraph of subgraphs.values()) subgraph.start();
    return {
      async close() {
        await router.close();
        await closeSubgraphs();
      },
    };
  } catch (error) {
    await closeSubgraphs();
    throw error;
  }
}
