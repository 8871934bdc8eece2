import { createLogger } from '#chassis/log.ts';
import { endWithSupervisor, onTermination, reportStartFailure } from '#chassis/termination.ts';
import { readRouterConfig } from './config.ts';
import { startConfiguredRouter } from './configured-router.ts';
import { httpTransport } from './subgraph/http-transport.ts';

endWithSupervisor();
const log = createLogger('router');
try {
  const { subgraphUrls, linkKeys, ...settings } = readRouterConfig(process.env);
  const router = await startConfiguredRouter(settings, {
    transports: new Map(Object.entries(subgraphUrls).map(([name, baseUrl]) => [name, httpTransport({ url: `${baseUrl}/graphql` })])),
    linkKeys,
    log,
  });
  onTermination(log, () => router.close());
} catch (error) {
  reportStartFailure(log, 'router', error);
}
