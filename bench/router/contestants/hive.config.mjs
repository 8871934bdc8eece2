// Of Hive Gateway, read by its own command. HIVE_RUST and HIVE_SHARE choose the contestant.
import { defineConfig } from '@graphql-hive/gateway';

const rust = process.env.HIVE_RUST === 'on' ? await import('@graphql-hive/router-runtime') : null;
const share = process.env.HIVE_SHARE ?? 'off';

export const gatewayConfig = defineConfig({
  ...(rust && { unifiedGraphHandler: rust.unifiedGraphHandler }),
  logging: 'warn',
  landingPage: false,
  graphiql: false,
  disableWebsockets: true,
  pollingInterval: 0,
  // Identical subgraph requests under way are shared unless this is said. It is on by default.
  transportEntries: { '*': { options: { deduplicateInflightRequests: share !== 'off' } } },
  inboundInflightRequestDeduplication: share === 'inbound',
});
