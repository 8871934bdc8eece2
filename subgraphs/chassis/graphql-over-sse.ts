import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createHandler } from 'graphql-sse';
import { HttpError, type Handler } from './http.ts';
import { readJson, type CheckBody } from './request-body.ts';
import type { InternalClaims } from './internal-token.ts';
import type { Subscriptions } from './subscriptions.ts';

/** How long a reader may take nothing before the line counts as dead. */
const stalledMs = 30_000;

export const wantsEventStream = ({ method, headers }: IncomingMessage): boolean =>
  method === 'POST' && /^\s*text\/event-stream\b/i.test(headers.accept ?? '');

/**
 * Subscriptions over HTTP: "distinct connections mode" of GraphQL over Server-Sent Events. One POST, one stream of `next` events
 * and a `complete`, with a comment every 12 s so that a dead line is noticed.
 */
export function graphqlOverSse(
  subscriptions: Pick<Subscriptions, 'subscribe'>,
  options: { maxBodyBytes: number; checkBody?: CheckBody; claims: (request: IncomingMessage) => InternalClaims },
): Handler {
  const handle = createHandler<IncomingMessage, ServerResponse>({
    authenticate: () => null, // no token: no "single connection mode", which keeps streams in the memory of one replica
    onSubscribe: ({ raw }, { query, variables, operationName }) =>
      subscriptions.subscribe({ query, variables, operationName, ...options.claims(raw) }),
    // The library takes results as fast as they come. To ask for the next only when this one is gone keeps a slow reader's memory bounded.
    onNext: (_context, { context: response }) => drained(response),
  });
  return async (request, response) => {
    // Read here and not by the library, which has no limit.
    const body = await readJson(request, options.maxBodyBytes, options.checkBody);
    if (typeof body !== 'object' || body === null) throw new HttpError(400, 'BAD_REQUEST', 'The body is not a GraphQL request.');
    const [stream, { status, statusText, headers }] = await handle({
      method: 'POST',
      url: request.url ?? '/',
      headers: { get: (name) => (name === 'accept' ? 'text/event-stream' : headerText(request.headers[name])) },
      body: body as Record<string, unknown>,
      raw: request,
      context: response,
    });
    if (stream === null || typeof stream === 'string') {
      response.writeHead(status, statusText, headers);
      response.end(stream ?? undefined);
      return;
    }
    const leave = (): void => void stream.return(undefined);
    response.once('close', leave);
    if (response.destroyed) return leave();
    response.writeHead(status, statusText, headers);
    response.flushHeaders();
    for await (const message of stream) {
      if (response.destroyed) break;
      response.write(message);
    }
    response.end();
  };
}

const headerText = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value.join(', ') : value);

/** Resolves when everything written is with the operating system, or the line is gone. Cuts off who reads nothing for too long. */
async function drained(response: ServerResponse): Promise<void> {
  if (response.destroyed || !response.writableNeedDrain) return;
  const stalled = setTimeout(() => response.destroy(), stalledMs);
  const gone = new AbortController();
  const abort = (): void => gone.abort();
  response.once('close', abort);
  try {
    await once(response, 'drain', { signal: gone.signal });
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  } finally {
    clearTimeout(stalled);
    response.off('close', abort);
  }
}
