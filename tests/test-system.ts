import { mkdtempSync, rmSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GraphQLClient } from 'graphql-request';
import { pino } from 'pino';
import { subgraphNames, type SubgraphName } from '#schema/events.ts';
import { freePort, freePorts } from '../local/embedded-postgres.ts';
import { startOneProcess } from '../local/one-process.ts';
import type { System, SystemOptions } from '../local/open-data.ts';
import { startSystem, type Services } from '../local/system.ts';
import { openDevIssuer } from '../router/dev-issuer.ts';
import { personaClaims, type PersonaName } from '../router/personas.ts';

// The whole system as people start it, on free ports, in a throw-away folder.

/** `services`: five subgraph processes, the router, PostgreSQL. `monolith`: all in this process but PostgreSQL. */
export type Form = 'services' | 'monolith';
export const forms: readonly Form[] = ['services', 'monolith'];

export interface TestGraph extends AsyncDisposable {
  /** A client of the graph, signed in as a persona; with an id, as a certain patient, practitioner, pharmacy or payer. */
  as(persona: PersonaName, id?: string): Promise<GraphQLClient>;
  token(persona: PersonaName, id?: string): Promise<string>;
  /** Starts a subgraph anew; in one process, all of it. Requests may fail for a moment. */
  restart(name: SubgraphName): Promise<void>;
  readonly dataFolder: string;
}

export interface TestSystem extends TestGraph {
  readonly system: Services;
  subgraphUrl(name: string): string;
}

/** The system in one of its forms, for tests that hold for both. */
export const startTestGraph = (form: Form, options: { seed: boolean }): Promise<TestGraph> =>
  form === 'services' ? startTestSystem(options) : startTestMonolith(options);

/** The system as services, for tests that reach behind the router. */
export async function startTestSystem(options: { seed: boolean }): Promise<TestSystem> {
  const ports = new Map<string, number>();
  const free = await freePorts(1 + subgraphNames.length);
  for (const [index, name] of ['router', ...subgraphNames].entries()) ports.set(name, free[index] ?? 0);
  const place = newPlace(options, ports);
  const system = await startSystem(place);
  return {
    ...(await clientsOf(place.dataFolder, system.url)),
    system,
    subgraphUrl: (name) => `http://localhost:${ports.get(name)}`,
    restart: async (name) => system.processes.get(name)?.restart(),
    [Symbol.asyncDispose]: () => leave(place, system),
  };
}

async function startTestMonolith(options: { seed: boolean }): Promise<TestGraph> {
  const place = newPlace(options, new Map([['router', await freePort()]]));
  let system = await startOneProcess(place);
  return {
    ...(await clientsOf(place.dataFolder, system.url)),
    async restart() {
      await system.stop();
      system = await startOneProcess(place);
    },
    [Symbol.asyncDispose]: () => leave(place, system),
  };
}

const newPlace = ({ seed }: { seed: boolean }, ports: ReadonlyMap<string, number>): SystemOptions => ({
  dataFolder: mkdtempSync(join(tmpdir(), 'telemedicine-graph-')),
  seed,
  progress: () => undefined,
  log: pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' }),
  env: {
    ...process.env,
    NODE_ENV: 'test',
    // A crowd on a busy machine is late, not lost.
    REQUEST_DEADLINE_MS: '60000',
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'fatal',
    ...Object.fromEntries([...ports].map(([name, port]) => [`${name.toUpperCase()}_PORT`, String(port)])),
  },
});

async function leave({ dataFolder }: SystemOptions, system: System): Promise<void> {
  await system.stop();
  rmSync(dataFolder, { recursive: true, force: true });
}

async function clientsOf(dataFolder: string, url: string): Promise<Pick<TestGraph, 'as' | 'token' | 'dataFolder'>> {
  const issuer = await openDevIssuer(join(dataFolder, 'dev-issuer.json'));
  const token = async (persona: PersonaName, id?: string) => {
    const answer = personaClaims(persona, id);
    if ('complaint' in answer) throw new Error(answer.complaint);
    return issuer.issue(answer.claims);
  };
  return {
    dataFolder,
    token,
    as: async (persona, id) =>
      new GraphQLClient(`${url}/graphql`, { headers: { authorization: `Bearer ${await token(persona, id)}` }, errorPolicy: 'all' }),
  };
}

export const newKey = (): string => randomUUID();
