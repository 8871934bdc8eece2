import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse, subscribe } from 'graphql';
import type { ExecutionResult, GraphQLFormattedError } from 'graphql';
import { pino } from 'pino';
import type { Caller } from '#chassis/caller.ts';
import { deriveLinkKeys } from '#chassis/internal-token.ts';
import { composeSchema } from '../compose.ts';
import { createRouter, type Router, type RouterOptions } from '../server.ts';
import { testCaller } from '../testing/test-router.ts';
import type { SubgraphAnswer, SubgraphTransport } from '../subgraph/transport.ts';

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
  /** Instead of the usual federation link. */
  readonly link?: string;
  readonly resolvers?: Resolvers;
  /** Answers instead of the resolvers: the body of the response, as an object or as text. Throws when nobody listens. */
  readonly answer?: (ask: Ask) => unknown;
}

export interface Answer {
  readonly body: { readonly data?: unknown; readonly errors?: readonly GraphQLFormattedError[] };
  /** What the subgraphs were asked for it. */
  readonly seen: readonly Ask[];
}

export interface ClientRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
  /** `testCaller` unless given. */
  readonly caller?: Caller;
}

export interface Graph {
  /** `http://localhost:4000`, without a path. Any token is the caller's of the last request. */
  readonly url: string;
  /** One request at a time: what the subgraphs see belongs to it. */
  ask(request: ClientRequest): Promise<Answer>;
  /** The same by GET. */
  askByGet(request: ClientRequest): Promise<Answer>;
  /** The parts of the answer to a client that takes parts, in their order. */
  askInParts(request: ClientRequest): Promise<unknown[]>;
  /** All results of a subscription, or the one that refuses it, over SSE. */
  askForEvents(request: ClientRequest): Promise<Answer['body'][]>;
  /** What the subgraphs were asked for the last request. */
  seen(): readonly Ask[];
  reload(subgraphs: Readonly<Record<string, SubgraphDescription>>): ReturnType<Router['reload']>;
  close(): Promise<void>;
}

const imported = ['key', 'shareable', 'external', 'requires', 'provides', 'override', 'interfaceObject', 'inaccessible'];
const usualLink = federationLink('"@authenticated", "@requiresScopes", "@policy"');

/** @param security how the directives of this kind are imported */
export function federationLink(security: string): string {
  return `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imported.map((name) => `"@${name}"`).join(', ')}, ${security}])`;
}

async function composed(subgraphs: Readonly<Record<string, SubgraphDescription>>): Promise<string> {
  const { supergraph } = await composeSchema(
    Object.entries(subgraphs).map(([name, { sdl, link = usualLink }]) => ({
      name,
      url: `http://${name}.invalid`,
      files: [{ name, text: `${link}\n${sdl}` }],
    })),
  );
  return supergraph;
}

/** A whole router over HTTP, its subgraphs in the same process. */
export async function startGraph(
  subgraphs: Readonly<Record<string, SubgraphDescription>>,
  options: Pick<RouterOptions, 'policies'> = {},
): Promise<Graph> {
  const described = Object.entries(subgraphs);
  let seen: Ask[] = [];
  let caller = testCaller;
  const router = await createRouter({
    supergraphSdl: await composed(subgraphs),
    transports: new Map(described.map(([name, subgraph]) => [name, inProcess(name, subgraph, (ask) => void seen.push(ask))])),
    identity: {
      linkKeys: deriveLinkKeys(
        'conformance',
        described.map(([name]) => `router>${name}`),
      ),
      verifyToken: async () => ({ caller, expiresAt: Number.POSITIVE_INFINITY }),
    },
    log: pino({ level: 'silent' }),
    port: 0,
    http: { graceMs: 0 },
    planning: 'in this thread',
    ...options,
  });
  function begin({ caller: as = testCaller, ...operation }: ClientRequest): Omit<ClientRequest, 'caller'> {
    seen = [];
    caller = as;
    return operation;
  }
  const post = (request: ClientRequest, accept = 'application/json'): Promise<Response> =>
    fetch(`${router.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, authorization: 'Bearer any' },
      body: JSON.stringify(begin(request)),
    });
  return {
    url: router.url,
    seen: () => seen,
    reload: async (others) => router.reload(await composed(others)),
    async ask(request) {
      const response = await post(request);
      return { body: (await response.json()) as Answer['body'], seen };
    },
    async askByGet(request) {
      const { query, variables = {} } = begin(request);
      const parameters = new URLSearchParams({ query, variables: JSON.stringify(variables) });
      const response = await fetch(`${router.url}/graphql?${parameters}`, { headers: { authorization: 'Bearer any' } });
      return { body: (await response.json()) as Answer['body'], seen };
    },
    async askForEvents(request) {
      const response = await post(request, 'text/event-stream');
      const text = await response.text();
      return [...text.matchAll(/^data: ?(\{.*)$/gm)].map(([, data = '']) => JSON.parse(data) as Answer['body']);
    },
    async askInParts(request) {
      const response = await post(request, 'multipart/mixed; deferSpec=20220824, application/json');
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

function inProcess(
  service: string,
  { sdl, link = usualLink, resolvers = {}, answer }: SubgraphDescription,
  note: (ask: Ask) => void,
): SubgraphTransport {
  const schema = buildSubgraphSchema({ typeDefs: parse(`${link}\n${sdl}`), resolvers });
  const read = (body: string): Ask => {
    const { query, variables = {} } = JSON.parse(body) as { query: string; variables?: Record<string, unknown> };
    const ask = { service, query, variables, representations: countRepresentations(variables) };
    note(ask);
    return ask;
  };
  return {
    async send(request) {
      const ask = read(request.body());
      const { query, variables } = ask;
      const response = answer ? await answer(ask) : await graphql({ schema, source: query, variableValues: variables });
      return { status: 200, body: typeof response === 'string' ? response : JSON.stringify(response) };
    },
    answersText: false, // so that every ask is seen
    async *subscribe(request): AsyncGenerator<SubgraphAnswer, void, void> {
      const { query, variables } = read(request.body());
      const events = await subscribe({ schema, document: parse(query), variableValues: variables });
      // A result of graphql-js as JSON: plain objects, as from a network.
      const plain = (event: ExecutionResult): SubgraphAnswer => ({ status: 200, body: JSON.stringify(event) });
      if (Symbol.asyncIterator in events) for await (const event of events) yield plain(event);
      else yield plain(events);
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
