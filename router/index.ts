import { readFile } from 'node:fs/promises';
import { createLogger } from '#chassis/log.ts';
import { endWithSupervisor, onTermination, reportStartFailure } from '#chassis/termination.ts';
import { readRouterConfig } from './config.ts';
import { httpTransport } from './subgraph/http-transport.ts';
import { readRegisteredOperations } from './registered-operations.ts';
import { supergraphFile } from './schema-files.ts';
import { createRouter } from './server.ts';
import { watchSupergraph } from './watch-supergraph.ts';
import { openIdentity } from './open-identity.ts';

endWithSupervisor();
const log = createLogger('router');
try {
  const config = readRouterConfig(process.env);
  const { verifyToken, devIssuer } = await openIdentity(config.identity);
  const file = config.supergraphFile ?? supergraphFile;
  const router = await createRouter({
    supergraphSdl: await readFile(file, 'utf8'),
    ...(config.registeredOperationsFile && { registeredOperations: await readRegisteredOperations(config.registeredOperationsFile) }),
    transports: new Map(Object.entries(config.subgraphUrls).map(([name, baseUrl]) => [name, httpTransport({ url: `${baseUrl}/graphql` })])),
    identity: { verifyToken, linkKeys: config.linkKeys },
    ...(devIssuer && { devIssuer }),
    log,
    port: config.port,
    ...(config.host !== undefined && { host: config.host }),
    production: config.production,
    requestDeadlineMs: config.requestDeadlineMs,
    subscriptions: { allowedOrigins: config.allowedOrigins },
    shareQueries: config.shareQueries,
  });
  log.info({ port: router.port }, 'listening');
  const watching = watchSupergraph(file, router, log);
  onTermination(log, () => {
    watching.close();
    return router.close();
  });
} catch (error) {
  reportStartFailure(log, 'router', error);
}
