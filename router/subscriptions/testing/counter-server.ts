import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { HttpError, startHttpServer } from '#chassis/http.ts';
import { unauthenticated } from '../../client-errors.ts';
import type { TokenVerifier } from '../../identity.ts';
import { requestIdFrom, requestIdHeader } from '../../request-id.ts';
import { createClientSubscriptions } from '../client-subscriptions.ts';
import type { ClientSubscriptionsOptions } from '../client-subscriptions.ts';
import { counterGraph } from './counter-graph.ts';
import type { CounterGraph } from './counter-graph.ts';

export interface CounterServer extends AsyncDisposable {
  readonly graph: CounterGraph;
  readonly url: string;
  readonly socketUrl: string;
  /** Every log line so far, parsed. */
  logged(): Record<string, unknown>[];
  /** Resolves when as many lines of this message are logged. */
  untilLogged(message: string, n?: number): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** `ann` and `bo` for ever; `brief` is Ann for half a second. */
export const verifyTestToken: TokenVerifier = async (token) => {
  if (token === 'unlucky') throw new TypeError('fetch failed');
  if (!['ann', 'bo', 'brief'].includes(token)) throw unauthenticated('The token is not valid here.');
  const subject = token === 'bo' ? 'bo' : 'ann';
  return {
    caller: { role: 'FRONT_DESK', subject, scopes: [] },
    expiresAt: token === 'brief' ? Date.now() + 500 : Number.POSITIVE_INFINITY,
  };
};

export const asAnn = { authorization: 'Bearer ann' };

/** The three protocols over the counter graph, without a router. */
export async function counterServer(options: Partial<ClientSubscriptionsOptions> = {}): Promise<CounterServer> {
  const graph = counterGraph();
  const lines: Record<string, unknown>[] = [];
  const watchers = new Set<() => void>();
  const stream = new PassThrough();
  stream.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString().split('\n').filter(Boolean)) lines.push(JSON.parse(line) as Record<string, unknown>);
    for (const watcher of watchers) watcher();
  });
  const subscriptions = createClientSubscriptions({
    operations: graph,
    verifyToken: verifyTestToken,
    log: pino({ level: 'debug' }, stream),
    deadlineMs: 10_000,
    ...options,
  });
  const http = await startHttpServer({
    port: 0,
    onError: (error) => {
      throw error;
    },
    handler: async (request, response) => {
      const requestId = requestIdFrom(request.headers[requestIdHeader]);
      response.setHeader(requestIdHeader, requestId);
      if (!(await subscriptions.handle(request, response, requestId))) throw new HttpError(404, 'NOT_FOUND', 'No stream was asked for.');
    },
    onUpgrade: (request, connection, head) => void subscriptions.upgrade(request, connection, head),
  });
  let closed: Promise<void> | undefined;
  const close = () => (closed ??= subscriptions.close().then(() => http.close()));
  const linesOf = (message: string) => lines.filter(({ msg }) => msg === message);
  return {
    graph,
    url: `${http.url}/graphql`,
    socketUrl: `${http.url.replace('http', 'ws')}/graphql`,
    logged: () => lines,
    untilLogged: (message, n = 1) =>
      new Promise((resolve) => {
        const watcher = () => {
          if (linesOf(message).length < n) return;
          watchers.delete(watcher);
          resolve(linesOf(message));
        };
        watchers.add(watcher);
        watcher();
      }),
    close,
    async [Symbol.asyncDispose]() {
      await close();
      stream.end();
      await once(stream, 'end');
    },
  };
}
