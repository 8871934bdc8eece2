import { z } from 'zod';
import { subgraphNames, type SubgraphName } from '#schema/events.ts';
import { poolSize, port, readConfig } from './config.ts';
import { createHttpCourier, subgraphUrls } from './http-courier.ts';
import { linkKey, readLinkKeys } from './internal-token.ts';
import { eventLinks } from './links.ts';
import { createLogger } from './log.ts';
import { migrateDatabase } from './migrations.ts';
import { serveSubgraph } from './serve.ts';
import type { Subgraph, SubgraphOptions } from './subgraph.ts';
import { endWithSupervisor, onTermination, reportStartFailure } from './termination.ts';

const defaultPort = (name: SubgraphName): number => 4001 + subgraphNames.indexOf(name);

/** The life of a subgraph process: reads the environment, listens, stops gracefully on SIGTERM or SIGINT. */
export async function runSubgraph(name: SubgraphName, create: (options: SubgraphOptions) => Promise<Subgraph>): Promise<void> {
  endWithSupervisor();
  const log = createLogger(name);
  try {
    const upper = name.toUpperCase();
    const config = readConfig(
      z.object({
        [`DATABASE_URL_${upper}`]: z.url({ protocol: /^postgres(ql)?$/ }),
        [`${upper}_PORT`]: port.default(defaultPort(name)),
        LINK_KEYS: z.string(),
        HOST: z.string().optional(),
        DATABASE_POOL: poolSize,
      }),
    ) as Record<string, string | number | undefined>;
    const linkKeys = readLinkKeys(String(config.LINK_KEYS));
    for (const { from, to } of eventLinks) if (from === name || to === name) linkKey(linkKeys, from, to);
    linkKey(linkKeys, 'router', name);
    const databaseUrl = String(config[`DATABASE_URL_${upper}`]);
    const applied = await migrateDatabase(name, databaseUrl);
    if (applied.length > 0) log.info({ migrations: applied }, 'database migrated');
    const courier = createHttpCourier({ source: name, urls: subgraphUrls(process.env), linkKeys });
    const subgraph = await create({
      databaseUrl,
      log,
      courier,
      env: process.env,
      ...(config.DATABASE_POOL !== undefined && { maxConnections: Number(config.DATABASE_POOL) }),
    });
    const http = await serveSubgraph(subgraph, {
      port: Number(config[`${upper}_PORT`]),
      linkKeys,
      log,
      ...(config.HOST !== undefined && { host: String(config.HOST) }),
    });
    subgraph.start();
    log.info({ port: http.port }, 'listening');
    onTermination(log, async () => {
      await http.close();
      await subgraph.close();
      await courier.close();
    });
  } catch (error) {
    reportStartFailure(log, name, error);
  }
}
