import { Pool } from 'undici';
import { AnswerHandler } from './http-answer.ts';
import { subscribeOverHttp } from './http-subscription.ts';
import type { Headers, SubgraphAnswer, SubgraphTransport } from './transport.ts';

export interface HttpTransportOptions {
  /** Where it takes GraphQL: `http://localhost:4001/graphql`. */
  readonly url: string;
  /** Connections for queries and mutations kept open at most; each carries one request at a time. Subscriptions have their own. */
  readonly connections?: number;
  /** Longest answer, and longest event of a subscription. */
  readonly maxAnswerBytes?: number;
  /** A connection that nobody uses is closed after this. */
  readonly idleMs?: number;
  /** A subscription without even a comment for this long is broken; subgraphs send one every 10 seconds or so. */
  readonly silenceMs?: number;
}

const connectTimeoutMs = 2_000;
const readyTimeoutMs = 1_000;

/** Keep-alive connections to one subgraph. */
export function httpTransport({
  url,
  connections = 100,
  maxAnswerBytes = 16 * 1024 * 1024,
  idleMs = 30_000,
  silenceMs = 30_000,
}: HttpTransportOptions): SubgraphTransport {
  const { origin, pathname, search } = new URL(url);
  const path = `${pathname}${search}`;
  // We close an idle connection before the server does (chassis/http.ts: 65 s), or a request could go out on one that is being closed. A server
  // that says in `keep-alive: timeout=` that it is quicker is believed, less 2 s (undici's keepAliveTimeoutThreshold).
  const shared = { pipelining: 1, connect: { timeout: connectTimeoutMs }, keepAliveTimeout: idleMs, keepAliveMaxTimeout: idleMs };
  // The request's own deadline is the only one, so that there are not two clocks.
  const pool = new Pool(origin, { ...shared, connections, headersTimeout: 0, bodyTimeout: 0 });
  // Subscriptions keep theirs, and a look at the health must not wait behind requests.
  const unbounded = new Pool(origin, shared);
  return {
    answersText: true,
    send: (request) =>
      new Promise<SubgraphAnswer>((resolve, reject) => {
        const handler = new AnswerHandler(maxAnswerBytes, resolve, reject);
        request.onCancel(() => handler.cancel());
        pool.dispatch(
          { path, method: 'POST', headers: graphqlHeaders('application/json', request.headers), body: request.body() },
          handler,
        );
      }),
    subscribe: (request) =>
      subscribeOverHttp(
        (handler) =>
          unbounded.dispatch(
            {
              path,
              method: 'POST',
              headers: graphqlHeaders('text/event-stream', request.headers),
              body: request.body(),
              headersTimeout: silenceMs,
              bodyTimeout: silenceMs,
            },
            handler,
          ),
        { maxBytes: maxAnswerBytes, signal: request.signal },
      ),
    async ready() {
      try {
        const response = await unbounded.request({ path: '/health/ready', method: 'GET', signal: AbortSignal.timeout(readyTimeoutMs) });
        await response.body.dump();
        // A subgraph that is not ours need not have this page: then whatever it answers says that it is there.
        return response.statusCode < 500;
      } catch {
        return false; // whatever the cause: it is not ready, and that is the answer
      }
    },
    async close() {
      await Promise.all([pool.destroy(), unbounded.destroy()]);
    },
  };
}

/** Names and values in turn: what undici has to do least with. */
function graphqlHeaders(accept: string, more: Headers): string[] {
  const headers = ['content-type', 'application/json', 'accept', accept];
  for (const name of Object.keys(more)) headers.push(name, more[name] ?? '');
  return headers;
}
