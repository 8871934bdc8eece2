import { mkdtempSync, rmSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GraphQLClient } from 'graphql-request';
import { pino } from 'pino';
import { subgraphNames } from '#schema/events.ts';
import { freePort } from '../local/embedded-postgres.ts';
import { startSystem, type System } from '../local/system.ts';
import { openDevIssuer } from '../router/dev-issuer.ts';
import { personaClaims, type PersonaName } from '../router/personas.ts';

// The whole system as people start it: five subgraph processes, the router, PostgreSQL; on free ports, in a throw-away folder.

export interface TestSystem extends AsyncDisposable {
  readonly system: System;
  /** A client of the graph, signed in as a persona; with an id, as a certain patient, practitioner, pharmacy or payer. */
  as(persona: PersonaName, id?: string): Promise<GraphQLClient>;
  token(persona: PersonaName, id?: string): Promise<string>;
  subgraphUrl(name: string): string;
  readonly dataFolder: string;
}

export async function startTestSystem(options: { seed: boolean }): Promise<TestSystem> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'telemedicine-graph-'));
  const ports = new Map<string, number>();
  for (const name of ['router', ...subgraphNames]) ports.set(name, await freePort());
  const system = await startSystem({
    dataFolder,
    seed: options.seed,
    progress: () => undefined,
    log: pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' }),
    env: {
      ...process.env,
      NODE_ENV: 'test',
      LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'fatal',
      ...Object.fromEntries([...ports].map(([name, port]) => [`${name.toUpperCase()}_PORT`, String(port)])),
    },
  });
  const issuer = await openDevIssuer(join(dataFolder, 'dev-issuer.json'));
  const token = async (persona: PersonaName, id?: string) => {
    const answer = personaClaims(persona, id);
    if ('complaint' in answer) throw new Error(answer.complaint);
    return issuer.issue(answer.claims);
  };
  return {
    system,
    dataFolder,
    token,
    subgraphUrl: (name) => `http://localhost:${ports.get(name)}`,
    async as(persona, id) {
      return new GraphQLClient(`${system.url}/graphql`, {
        headers: { authorization: `Bearer ${await token(persona, id)}` },
        errorPolicy: 'all',
      });
    },
    async [Symbol.asyncDispose]() {
      await system.stop();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}

export const newKey = (): string => randomUUID();
