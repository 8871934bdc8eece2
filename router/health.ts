import type { ServerResponse } from 'node:http';
import { sendJson } from '#chassis/http.ts';
import type { SubgraphTransport } from './subgraph/transport.ts';

export interface Readiness {
  readonly status: 'ok' | 'down';
  readonly subgraphs: Readonly<Record<string, 'ok' | 'down'>>;
}

/** Asks every subgraph at once, each within about a second. */
export async function readiness(transports: ReadonlyMap<string, SubgraphTransport>): Promise<Readiness> {
  const answers = await Promise.all(
    [...transports].map(async ([name, transport]) => [name, (await transport.ready()) ? ('ok' as const) : ('down' as const)] as const),
  );
  return { status: answers.every(([, state]) => state === 'ok') ? 'ok' : 'down', subgraphs: Object.fromEntries(answers) };
}

export async function sendReadiness(response: ServerResponse, transports: ReadonlyMap<string, SubgraphTransport>): Promise<void> {
  const result = await readiness(transports);
  sendJson(response, result.status === 'ok' ? 200 : 503, result);
}
