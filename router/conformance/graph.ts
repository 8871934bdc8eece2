import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';
import type { GraphQLFormattedError } from 'graphql';
import { pino } from 'pino';
import { deriveLinkKeys } from '#chassis/internal-token.ts';
import { composeSchema } from '../compose.ts';
import { createRouter } from '../server.ts';
import { testCaller } from '../testing/test-router.ts';
import type { SubgraphTransport } from '../subgraph/transport.ts';

type Resolvers = Extract<Parameters<typeof buildSubgraphSchema>[0], { resolvers?: unknown }>['resolvers'] & object;

/** A request that reached a subgraph. */
export interface Ask {
  readonly service: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** How many entity representations its variables carry. */
  readonly representations: number;
}

export interface SubgraphDescription {
  /** Without the federation link. */
  readonly sdl: string;
  readonly resolvers?: Resolvers;
  /** Answers instead of the resolvers: the body of the response, as an object or as text. Throws when nobody listens. */
  readonly answer?: (ask: Ask) => unknown;
}

export interface Answer {
  readonly body: { readonly data?: unknown; readonly errors?: readonly GraphQLFormattedError[] };
  /** What the subgraphs were asked for it. */
  readonly seen: readonly Ask[];
}

export interface Graph {
  /** One request at a time: what the subgraphs see belongs to it. */
  ask(request: {
    readonly query: string;
    readonly variables?: Readonly<Record<string, unknown>>;
    readonly operationName?: string;
  }): Promise<Answer>;
  /** The parts of the answer to a client that takes parts, in their order. */
  askInParts(request: { readonly query: string; readonly variables?: Readonly<Record<string, unknown>> }): Promise<unknown[]>;
  close(): Promise<void>;
}

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@shareable", "@external", "@requires", "@provides", "@override", "@interfaceObject", "@inaccessible"
])`;

/** A whole router over HTTP, its subgraphs in the same process. */
export async function startGraph(subgraphs: Readonly<Record<string, SubgraphDescription>>): Promise<Graph> {
  const described = Object.entries(subgraphs);
  const { supergraph } = await composeSchema(
    described.map(([name, { sdl }]) => ({ name, url: `http://${name}.invalid`, files: [{ name, text: `${link}\n${sdl}` }] })),
  );
  let seen: Ask[] = [];
  const router = await createRouter({
    supergraphSdl: supergraph,
    transports: new Map(described.map(([name, subgraph]) => [name, inProcess(name, subgraph, (ask) => void seen.push(ask))])),
    identity: {
      linkKeys: deriveLinkKeys(
        'conformance',
        described.map(([name]) => `router>${name}`),
      ),
      verifyToken: async () => ({ caller: testCaller, expiresAt: Number.POSITIVE_INFINITY }),
    },
    log: pino({ level: 'silent' }),
    port: 0,
    http: { graceMs: 0 },
    planning: 'in this thread',
  });
  return {
    async ask({ query, variables, operationName }) {
      seen = [];
      const response = await fetch(`${router.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer any' },
        body: JSON.stringify({ query, variables, operationName }),
      });
      return { body: (await response.json()) as Answer['body'], seen };
    },
    async askInParts(request) {
      const response = await fetch(`${router.url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'multipart/mixed; deferSpec=20220824, application/json',
          authorization: 'Bearer any',
        },
        body: JSON.stringify(request),
      });
      const text = await response.text();
      if (!response.headers.get('content-type')?.startsWith('multipart/mixed')) return [JSON.parse(text) as unknown];
      return text.split('\r\n---').flatMap((part) => {
        const [, body] = part.split('\r\n\r\n');
        return body === undefined ? [] : [JSON.parse(body) as unknown];
      });
    },
    close: () => router.close(),
  };
}

function inProcess(service: string, { sdl, resolvers = {}, answer }: SubgraphDescription, note: (ask: Ask) => void): SubgraphTransport {
  const schema = buildSubgraphSchema({ typeDefs: parse(`${link}\n${sdl}`), resolvers });
  return {
    async send({ body }) {
      const { query, variables = {} } = JSON.parse(body()) as { query: string; variables?: Record<string, unknown> };
      const ask = { service, query, variables, representations: countRepresentations(variables) };
      note(ask);
      const response = answer ? await answer(ask) : await graphql({ schema, source: query, variableValues: variables });
      return { status: 200, body: typeof response === 'string' ? response : JSON.stringify(response) };
    },
    answersText: false, // so that every ask is seen
    subscribe() {
      throw new Error('the subgraphs of the conformance suite have no subscriptions');
    },
    ready: async () => true,
    close: async () => undefined,
  };
}

// A merged request carries several lists of representations, under names of the router's choice.
const countRepresentations = (variables: Readonly<Record<string, unknown>>): number =>
  Object.values(variables)
    .filter((value): value is unknown[] => Array.isArray(value) && value.length > 0 && value.every(isRepresentation))
    .reduce((sum, list) => sum + list.length, 0);

const isRepresentation = (value: unknown): boolean => typeof value === 'object' && value !== null && '__typename' in value;

/** For `answer`: as when nobody listens on the port. */
export function nobodyListens(): never {
  throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
}

/** A `__resolveReference` that finds the row with the same value of `key`; null when there is none. */
export const byKey =
  <Row extends object>(rows: readonly Row[], key: keyof Row & string = 'id' as keyof Row & string) =>
  (reference: Readonly<Record<string, unknown>>): Row | null =>
    rows.find((row) => row[key] === reference[key]) ?? null;
