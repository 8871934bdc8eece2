import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GraphQLClient } from 'graphql-request';
import { pino, type Logger } from 'pino';
import { subgraphNames, type SubgraphName } from '#schema/events.ts';
import { createHttpCourier } from '#chassis/http-courier.ts';
import { deriveLinkKeys } from '#chassis/internal-token.ts';
import { allLinks } from '#chassis/links.ts';
import { serveSubgraph } from '#chassis/serve.ts';
import { testDatabase } from '#chassis/testing/test-database.ts';
import { freePort } from '../local/embedded-postgres.ts';
import { httpTransport } from '../router/subgraph/http-transport.ts';
import { openIdentity } from '../router/open-identity.ts';
import { openDevIssuer } from '../router/dev-issuer.ts';
import { personaClaims, type PersonaName } from '../router/personas.ts';
import { supergraphFile } from '../router/schema-files.ts';
import { createRouter } from '../router/server.ts';
import { createSubgraph } from '../local/subgraphs.ts';

// The graph over real HTTP, but in one process, so that every SQL statement of every subgraph can be counted.

export interface CountedGraph extends AsyncDisposable {
  readonly url: string;
  readonly databaseUrls: Readonly<Record<SubgraphName, string>>;
  as(persona: PersonaName, id?: string): Promise<GraphQLClient>;
  token(persona: PersonaName, id?: string): Promise<string>;
  /** Takes a subgraph away, as a crash would. */
  stop(name: SubgraphName): Promise<void>;
  /** How many statements each subgraph sent for the work. */
  statements(work: () => Promise<unknown>): Promise<Partial<Record<SubgraphName, number>>>;
}

export interface CountedGraphOptions {
  log?: Logger;
  /** Beats of the relays would be counted too: off, unless a test does what needs fresh read models. */
  heartbeats?: boolean;
}

export async function startCountedGraph(options: CountedGraphOptions = {}): Promise<CountedGraph> {
  const folder = mkdtempSync(join(tmpdir(), 'telemedicine-counted-'));
  const log = options.log ?? pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });
  const linkKeys = deriveLinkKeys('test', allLinks);
  const urls = Object.fromEntries(
    await Promise.all(subgraphNames.map(async (name) => [name, `http://localhost:${await freePort()}`])),
  ) as Record<SubgraphName, string>;
  const databases = await Promise.all(subgraphNames.map(async (name) => [name, await testDatabase(name)] as const));
  const databaseUrls = Object.fromEntries(databases.map(([name, { url }]) => [name, url])) as Record<SubgraphName, string>;
  const counts = new Map<SubgraphName, number>();
  let counting = false;
  const closers = new Map<SubgraphName, () => Promise<unknown>>();

  for (const [name, { url }] of databases) {
    const courier = createHttpCourier({ source: name, urls, linkKeys });
    const subgraph = await createSubgraph[name]({
      databaseUrl: url,
      log,
      courier,
      env: {},
      ...(!options.heartbeats && { relay: { pollMs: 600_000, heartbeatMs: 600_000 }, sealEveryMs: 600_000 }),
      onStatement: (text) => {
        // How many requests' records go into one depends on the moment.
        if (counting && !text.includes('insert into audit_event')) counts.set(name, (counts.get(name) ?? 0) + 1);
      },
    });
    const http = await serveSubgraph(subgraph, { port: Number(new URL(urls[name]).port), linkKeys, log });
    if (options.heartbeats) subgraph.start();
    closers.set(name, async () => {
      await http.close();
      await subgraph.close();
      await courier.close();
    });
  }
  const keyFile = join(folder, 'dev-issuer.json');
  const { verifyToken, devIssuer } = await openIdentity({ kind: 'development', keyFile });
  const router = await createRouter({
    supergraphSdl: readFileSync(supergraphFile, 'utf8'),
    transports: new Map(subgraphNames.map((name) => [name, httpTransport({ url: `${urls[name]}/graphql` })])),
    identity: { verifyToken, linkKeys },
    ...(devIssuer && { devIssuer }),
    log,
    // A test on a busy machine is late, not lost.
    requestDeadlineMs: 60_000,
    // Statements are counted on pages larger than clients may ask for.
    limits: { cost: 100_000 },
    port: 0,
  });
  const issuer = await openDevIssuer(keyFile);
  const token = async (persona: PersonaName, id?: string) => {
    const answer = personaClaims(persona, id);
    if ('complaint' in answer) throw new Error(answer.complaint);
    return issuer.issue(answer.claims);
  };
  const stop = async (name: SubgraphName) => {
    const close = closers.get(name);
    closers.delete(name);
    await close?.();
  };
  return {
    url: router.url,
    databaseUrls,
    token,
    stop,
    as: async (persona, id) =>
      new GraphQLClient(`${router.url}/graphql`, { headers: { authorization: `Bearer ${await token(persona, id)}` } }),
    async statements(work) {
      counts.clear();
      counting = true;
      await work();
      counting = false;
      return Object.fromEntries(counts);
    },
    async [Symbol.asyncDispose]() {
      await router.close();
      for (const name of subgraphNames) await stop(name);
      for (const [, database] of databases) await database[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
