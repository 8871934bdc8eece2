import { Agent, request } from 'undici';
import { z } from 'zod';
import { subgraphNames, type SubgraphName } from '#schema/events.ts';
import type { EventResult } from './events-in.ts';
import { internalTokenHeader, linkKey, signInternalToken, type LinkKeys } from './internal-token.ts';
import { deliveryDeadlineMs, type Courier } from './relay.ts';

const answer = z.object({
  results: z.array(
    z.discriminatedUnion('outcome', [
      z.object({ id: z.string(), outcome: z.enum(['applied', 'duplicate', 'held']) }),
      z.object({ id: z.string(), outcome: z.literal('gap'), expected: z.int() }),
      z.object({ id: z.string(), outcome: z.literal('failed'), error: z.string() }),
    ]),
  ),
});

/** Pushes events to `POST <subgraph>/events`, signed with the key of the link. */
export function createHttpCourier(options: {
  source: SubgraphName;
  urls: Readonly<Record<SubgraphName, string>>;
  linkKeys: LinkKeys;
}): Courier & { close(): Promise<void> } {
  const agent = new Agent({ connections: 4, keepAliveTimeout: 30_000 });
  const { source, linkKeys } = options;
  return {
    async deliver(consumer, batch, signal): Promise<EventResult[]> {
      const requestId = batch.events[0]?.causationid ?? `${source}-heartbeat`;
      const body = JSON.stringify(batch);
      const token = signInternalToken(
        { from: source, to: consumer, requestId, caller: { role: 'SYSTEM', subject: `system:${source}`, scopes: [] } },
        body,
        linkKey(linkKeys, source, consumer),
      );
      const response = await request(new URL('/events', options.urls[consumer]), {
        method: 'POST',
        dispatcher: agent,
        headers: { 'content-type': 'application/json', 'x-event-source': source, [internalTokenHeader]: token },
        body,
        signal: AbortSignal.any([AbortSignal.timeout(deliveryDeadlineMs), signal]),
      });
      if (response.statusCode !== 200) {
        await response.body.dump();
        throw new Error(`${consumer} answered ${response.statusCode}`);
      }
      return answer.parse(await response.body.json()).results;
    },
    close: () => agent.close(),
  };
}

/** Base URLs of the subgraphs from `PATIENT_URL` and so on; by default localhost 4001 to 4005. */
export const subgraphUrls = (env: NodeJS.ProcessEnv): Record<SubgraphName, string> =>
  Object.fromEntries(
    subgraphNames.map((name, index) => [name, env[`${name.toUpperCase()}_URL`] ?? `http://localhost:${4001 + index}`]),
  ) as Record<SubgraphName, string>;
