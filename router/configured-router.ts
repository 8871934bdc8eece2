import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { LinkKeys } from '#chassis/internal-token.ts';
import type { RouterSettings } from './config.ts';
import { openIdentity } from './open-identity.ts';
import { readBudgets, readDocumentPolicy } from './limits/limit-settings.ts';
import { rateLimits } from './limits/rate-limits.ts';
import { openRateStore } from './limits/rate-store.ts';
import { supergraphFile } from './schema-files.ts';
import { createRouter } from './server.ts';
import type { SubgraphTransport } from './subgraph/transport.ts';
import { watchSupergraph } from './watch-supergraph.ts';

export interface Surroundings {
  readonly transports: ReadonlyMap<string, SubgraphTransport>;
  /** Not needed when every subgraph runs in this process. */
  readonly linkKeys?: LinkKeys;
  readonly log: Logger;
}

/** The router as the environment wants it, wherever its subgraphs run. Serves a supergraph file that changes without a restart. */
export async function startConfiguredRouter(
  { identity, supergraphFile: file = supergraphFile, limits, host, ...settings }: RouterSettings,
  { transports, linkKeys, log }: Surroundings,
): Promise<{ close(): Promise<void> }> {
  const { verifyToken, devIssuer, close: closeIdentity } = await openIdentity(identity, log);
  const rateStore = await openRateStore(limits.rateStore, log);
  const router = await createRouter({
    supergraphSdl: await readFile(file, 'utf8'),
    documents: await readDocumentPolicy(limits),
    rates: rateLimits(await readBudgets(limits), rateStore.limiterOf),
    trustedProxies: limits.trustedProxies,
    transports,
    identity: { verifyToken, ...(linkKeys && { linkKeys }) },
    ...(devIssuer && { devIssuer }),
    log,
    ...(host !== undefined && { host }),
    port: settings.port,
    production: settings.production,
    requestDeadlineMs: settings.requestDeadlineMs,
    shareQueries: settings.shareQueries,
    idleLogoffMs: settings.idleLogoffMs,
    ...(settings.publicUrl !== undefined && { publicUrl: settings.publicUrl }),
    subscriptions: { allowedOrigins: settings.allowedOrigins },
  }).catch(async (error: unknown) => {
    await rateStore.close();
    throw error;
  });
  log.info({ port: router.port }, 'listening');
  const watching = watchSupergraph(file, router, log);
  return {
    async close() {
      watching.close();
      closeIdentity();
      await router.close();
      await rateStore.close();
    },
  };
}
