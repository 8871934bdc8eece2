import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { createInProcessCourier } from '#chassis/in-process-courier.ts';
import type { Caller } from '#chassis/caller.ts';
import type { Subgraph } from '#chassis/subgraph.ts';
import { subgraphNames, type SubgraphName } from '#schema/events.ts';
import { createSubgraph } from '../../local/subgraphs.ts';
import type { DatabaseUrls } from '../../local/databases.ts';
import { supergraphFile } from '../../router/schema-files.ts';
import { createRouter } from '../../router/server.ts';
import { inProcessTransport } from '../../router/subgraph/in-process-transport.ts';

export interface GuardedGraph extends AsyncDisposable {
  /** Of GraphQL. */
  readonly url: string;
}

/** Five subgraphs and a router in this process, over databases that another such graph may use too; with or without access rules and audit. */
export async function guardedGraph(
  databaseUrls: DatabaseUrls,
  callers: ReadonlyMap<string, Caller>,
  { guarded }: { guarded: boolean },
): Promise<GuardedGraph> {
  const log = pino({ level: 'fatal' });
  const subgraphs = new Map<SubgraphName, Subgraph>();
  const courier = createInProcessCourier((consumer) => subgraphs.get(consumer)?.inbox);
  for (const name of subgraphNames) {
    const options = { databaseUrl: databaseUrls[name], log, courier, env: {} };
    const subgraph = await createSubgraph[name]({ ...options, ...(!guarded && { unguardedForMeasurement: true }) });
    subgraphs.set(name, subgraph);
    // Records are sealed and handed on while others are written, as in production.
    if (guarded) subgraph.start();
  }
  const router = await createRouter({
    supergraphSdl: readFileSync(supergraphFile, 'utf8'),
    transports: new Map([...subgraphs].map(([name, subgraph]) => [name, inProcessTransport(subgraph, log)])),
    identity: {
      // Who asks is not what is measured: a token is the name of its caller.
      verifyToken: (token) => {
        const caller = callers.get(token);
        return caller
          ? Promise.resolve({ caller, expiresAt: Number.POSITIVE_INFINITY })
          : Promise.reject(new Error(`nobody is called ${token}`));
      },
    },
    log,
    port: 0,
    // Nobody gives up: what takes long is what is measured.
    requestDeadlineMs: 60_000,
  });
  return {
    url: `${router.url}/graphql`,
    async [Symbol.asyncDispose]() {
      await router.close();
      for (const subgraph of subgraphs.values()) await subgraph.close();
    },
  };
}
