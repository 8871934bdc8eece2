import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { GraphQLFormattedError } from 'graphql';
import { pino } from 'pino';
import type { Caller } from '#chassis/caller.ts';
import { deriveLinkKeys } from '#chassis/internal-token.ts';
import { unauthenticated } from '../client-errors.ts';
import { composeSchema } from '../compose.ts';
import type { TokenVerifier } from '../identity.ts';
import { httpTransport } from '../subgraph/http-transport.ts';
import { createRouter } from '../server.ts';
import type { RouterOptions } from '../server.ts';
import type { SmallSubgraph } from './small-subgraph.ts';

export interface GraphqlResult {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { data?: Record<string, unknown> | null; errors?: GraphQLFormattedError[]; extensions?: unknown };
}

export interface TestRouter extends AsyncDisposable {
  readonly url: string;
  /** Every log line so far, parsed. */
  logged(): Record<string, unknown>[];
  /** Posts an operation; signed in unless `headers` say otherwise. */
  query(query: string, variables?: object, headers?: Record<string, string>): Promise<GraphqlResult>;
  close(): Promise<void>;
}

export const testCaller: Caller = { role: 'FRONT_DESK', subject: 'tester', scopes: [] };

const knowsOneToken: TokenVerifier = async (token) => {
  if (token !== 'good') throw unauthenticated('The token is not valid here.');
  return { caller: testCaller, expiresAt: Number.POSITIVE_INFINITY };
};

const signedIn = { authorization: 'Bearer good' };

/** A router in front of small subgraphs. The token `good` is the test caller's; every other one is refused. */
export async function testRouter(
  subgraphs: Readonly<Record<string, SmallSubgraph>>,
  { verifyToken = knowsOneToken, ...options }: Partial<RouterOptions> & { readonly verifyToken?: TokenVerifier } = {},
): Promise<TestRouter> {
  const { supergraph } = await composeSchema(
    Object.entries(subgraphs).map(([name, { sdl, url }]) => ({ name, url, files: [{ name, text: sdl }] })),
  );
  const lines: string[] = [];
  const stream = new PassThrough();
  stream.on('data', (chunk: Buffer) => lines.push(...chunk.toString().split('\n').filter(Boolean)));
  const router = await createRouter({
    supergraphSdl: supergraph,
    transports: new Map(
      Object.entries(subgraphs).map(([name, { url }]) => [name, httpTransport({ url: `${url}/graphql`, maxAnswerBytes: 100_000 })]),
    ),
    identity: {
      linkKeys: deriveLinkKeys(
        'test',
        Object.keys(subgraphs).map((name) => `router>${name}`),
      ),
      verifyToken,
    },
    log: pino({ level: 'debug' }, stream),
    port: 0,
    http: { graceMs: 0 },
    planning: 'in this thread',
    ...options,
  });
  let closed: Promise<void> | undefined;
  const close = () => (closed ??= router.close());
  return {
    url: router.url,
    logged: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    async query(query, variables, headers = signedIn) {
      const response = await fetch(`${router.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
      });
      return { status: response.status, headers: response.headers, body: (await response.json()) as GraphqlResult['body'] };
    },
    close,
    async [Symbol.asyncDispose]() {
      await close();
      stream.end();
      await once(stream, 'end');
    },
  };
}
