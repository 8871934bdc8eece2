import { readFileSync } from 'node:fs';
import { GraphQLClient } from 'graphql-request';
import { pino } from 'pino';
import type { Caller } from '#chassis/caller.ts';
import { createInProcessCourier } from '#chassis/in-process-courier.ts';
import type { Subgraph } from '#chassis/subgraph.ts';
import { testDatabase } from '#chassis/testing/test-database.ts';
import { subgraphNames, type SubgraphName } from '#schema/events.ts';
import { createSubgraph } from '../../local/subgraphs.ts';
import { unauthenticated } from '../../router/client-errors.ts';
import { supergraphFile } from '../../router/schema-files.ts';
import { createRouter } from '../../router/server.ts';
import { inProcessTransport } from '../../router/subgraph/in-process-transport.ts';

/** The whole graph in this process: through the router over HTTP, and each subgraph at hand for direct calls. */
export interface OpenGraph extends AsyncDisposable {
  readonly url: string;
  readonly subgraphs: ReadonlyMap<SubgraphName, Subgraph>;
  /** A token that the router takes for this caller's. */
  tokenOf(caller: Caller): string;
  client(caller: Caller): GraphQLClient;
}

export async function openGraph(): Promise<OpenGraph> {
  const log = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });
  const databases = await Promise.all(subgraphNames.map(async (name) => [name, await testDatabase(name)] as const));
  const subgraphs = new Map<SubgraphName, Subgraph>();
  const courier = createInProcessCourier((consumer) => subgraphs.get(consumer)?.inbox);
  for (const [name, { url }] of databases) subgraphs.set(name, await createSubgraph[name]({ databaseUrl: url, log, courier, env: {} }));

  const callers = new Map<string, Caller>();
  const router = await createRouter({
    supergraphSdl: readFileSync(supergraphFile, 'utf8'),
    transports: new Map([...subgraphs].map(([name, subgraph]) => [name, inProcessTransport(subgraph, log)])),
    identity: {
      verifyToken: async (token) => {
        const caller = callers.get(token);
        if (!caller) throw unauthenticated('The token is not valid here.');
        return { caller, expiresAt: Number.POSITIVE_INFINITY };
      },
    },
    log,
    // Everything is asked in few documents.
    limits: { characters: 1_000_000, tokens: 50_000, aliases: 5_000, rootFields: 500, selections: 10_000, cost: 10_000_000 },
    port: 0,
    http: { graceMs: 0 },
    // On a busy machine an answer is late, not lost.
    requestDeadlineMs: 60_000,
  });
  for (const subgraph of subgraphs.values()) subgraph.start();

  const tokenOf = (caller: Caller): string => {
    const token = `${caller.role}-${caller.subject}`;
    callers.set(token, caller);
    return token;
  };
  return {
    url: `${router.url}/graphql`,
    subgraphs,
    tokenOf,
    client: (caller) => new GraphQLClient(`${router.url}/graphql`, { headers: { authorization: `Bearer ${tokenOf(caller)}` } }),
    async [Symbol.asyncDispose]() {
      await router.close();
      await Promise.all([...subgraphs.values()].map((subgraph) => subgraph.close()));
      await Promise.all(databases.map(([, database]) => database[Symbol.asyncDispose]()));
    },
  };
}
