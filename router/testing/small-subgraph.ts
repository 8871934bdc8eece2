import type { IncomingMessage, ServerResponse } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse, subscribe } from 'graphql';
import type { ExecutionResult } from 'graphql';
import { sendJson, startHttpServer } from '#chassis/http.ts';
import { readBody } from '#chassis/request-body.ts';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface SeenRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly headers: IncomingMessage['headers'];
}

/** A subgraph over HTTP whose behaviour a test can change while it runs. */
export interface SmallSubgraph extends AsyncDisposable {
  readonly sdl: string;
  readonly url: string;
  readonly seen: SeenRequest[];
  /** From now on answers so; null is back to normal. */
  behave(answer: Answer | null): void;
  /** Subscriptions that are open. */
  openStreams(): number;
  /** As when the process is killed: every open stream ends in the middle. */
  breakStreams(): void;
  /** Nobody listens any more. */
  stop(): Promise<void>;
}

const federationLink = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires", "@tag"])`;

type Resolvers = Extract<Parameters<typeof buildSubgraphSchema>[0], { resolvers?: unknown }>['resolvers'] & object;

/** @param types SDL without the federation link */
export async function smallSubgraph(types: string, resolvers: Resolvers): Promise<SmallSubgraph> {
  const sdl = `${federationLink}\n${types}`;
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl), resolvers });
  const seen: SeenRequest[] = [];
  const streams = new Set<ServerResponse>();
  let behaviour: Answer | null = null;
  const http = await startHttpServer({
    port: 0,
    limits: { graceMs: 0 },
    onError: () => undefined,
    handler: async (request, response) => {
      if (request.url === '/health/ready') return sendJson(response, behaviour ? 503 : 200, {});
      const { query, variables = {} } = JSON.parse(await readBody(request, 1_000_000)) as {
        query: string;
        variables?: Record<string, unknown>;
      };
      seen.push({ query, variables, headers: request.headers });
      if (behaviour) return behaviour(request, response);
      if (request.headers.accept === 'text/event-stream') {
        streams.add(response);
        response.once('close', () => streams.delete(response));
        return sendEvents(response, await subscribe({ schema, document: parse(query), variableValues: variables }));
      }
      sendJson(response, 200, await graphql({ schema, source: query, variableValues: variables }));
    },
  });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= http.close());
  return {
    sdl,
    url: http.url,
    seen,
    behave(answer) {
      behaviour = answer;
    },
    openStreams: () => streams.size,
    breakStreams() {
      for (const stream of streams) stream.destroy();
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** GraphQL over SSE, distinct connections mode. */
async function sendEvents(response: ServerResponse, results: AsyncIterable<ExecutionResult> | ExecutionResult): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  const write = (result: ExecutionResult): void => void response.write(`event: next\ndata: ${JSON.stringify(result)}\n\n`);
  if (Symbol.asyncIterator in results) {
    const iterator = results[Symbol.asyncIterator]();
    response.once('close', () => void iterator.return?.());
    for (let step = await iterator.next(); !step.done && !response.destroyed; step = await iterator.next()) write(step.value);
  } else write(results);
  response.end('event: complete\ndata:\n\n');
}
