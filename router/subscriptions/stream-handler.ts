import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import { HttpError } from '#chassis/http.ts';
import { refusedByIdentity } from '../identity/refused-by-identity.ts';
import { countUnknown, TooManyUnknown } from '../limits/count-unknown.ts';
import { logRequest, newRecord } from '../request-log.ts';
import type { StreamProtocol } from './accept.ts';
import { credentialsOf, identify } from './client-identity.ts';
import type { SignedIn } from './client-identity.ts';
import type { ClientServices } from './client-services.ts';
import { HttpStream } from './http-stream.ts';
import { isOriginAllowed } from './origin.ts';
import { readOperation } from './read-operation.ts';
import { RunningOperation } from './running-operation.ts';
import { multipart, sse } from './stream-format.ts';
import { TokenWatch } from './token-watch.ts';

const formats = { sse, multipart };

/** Operations whose results go out over HTTP as a stream: SSE and multipart. */
export class StreamHandler {
  readonly #services: ClientServices;
  readonly #running = new Set<RunningOperation>();
  #closing = false;

  constructor(services: ClientServices) {
    this.#services = services;
  }

  /** Resolves when the stream has ended. @throws HttpError when there is no stream to begin */
  async handle(request: IncomingMessage, response: ServerResponse, requestId: string, protocol: StreamProtocol): Promise<void> {
    const startedAt = performance.now();
    const { count, limits, log } = this.#services;
    response.setHeader('cache-control', 'no-store');
    const places: (() => void)[] = [];
    try {
      if (this.#closing) throw new HttpError(503, 'SHUTTING_DOWN', 'This router is being stopped. Connect again.');
      if (!isOriginAllowed(request, this.#services.allowedOrigins))
        throw new HttpError(403, 'FORBIDDEN', 'This page may not use the graph. It must be of the same origin, or be listed.');
      places.push(taken(count.open(), 503));
      const token = await identifyRequest(request, this.#services);
      places.push(taken(count.openFor(token?.caller ?? null), 429));
      const operation = await readOperation(request, limits.messageBytes);
      await this.#run({ operation, token, request, response, requestId, protocol });
    } catch (error) {
      const { status, code } = error instanceof HttpError ? error : { status: 500, code: 'INTERNAL_SERVER_ERROR' };
      const durationMs = performance.now() - startedAt;
      logRequest(log.child({ requestId }), { ...newRecord(), codes: [code] }, { status, durationMs, clientLeft: response.destroyed });
      throw error;
    } finally {
      for (const giveBack of places) giveBack();
    }
  }

  async #run(options: {
    readonly operation: Awaited<ReturnType<typeof readOperation>>;
    readonly token: SignedIn | null;
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    readonly requestId: string;
    readonly protocol: StreamProtocol;
  }): Promise<void> {
    const { operation, token, request, response, requestId, protocol } = options;
    const { limits } = this.#services;
    const stream = new HttpStream({
      response,
      format: formats[protocol],
      limits,
      requestId,
      onSlow: () => {
        running.stop('too slow');
        response.destroy();
      },
    });
    const running = new RunningOperation(this.#services, {
      operation,
      caller: token?.caller ?? null,
      requestId,
      origin: { address: this.#services.addressOf(request) },
      protocol,
      mayMutate: request.method === 'POST',
      answers: stream,
    });
    this.#running.add(running);
    const endBeating = this.#services.heartbeat.add(stream);
    const watch = token && new TokenWatch(this.#services, token, (reason) => running.stop(reason));
    response.once('close', () => running.stop('client left'));
    await running.done;
    watch?.close();
    endBeating();
    this.#running.delete(running);
  }

  /** Ends every stream as if it were complete: the client connects again, elsewhere. */
  async close(): Promise<void> {
    this.#closing = true;
    const ending = [...this.#running];
    for (const running of ending) running.stop('shutting down');
    await Promise.all(ending.map(({ done }) => done));
  }
}

async function identifyRequest(request: IncomingMessage, services: ClientServices): Promise<SignedIn | null> {
  const { verifyToken, sessions, addressOf, rates } = services;
  try {
    const token = await countUnknown(verifyToken && rates, addressOf(request), () => identify(credentialsOf(request), verifyToken));
    sessions.asked(token);
    return token;
  } catch (error) {
    if (error instanceof TooManyUnknown) throw new HttpError(429, 'RATE_LIMITED', error.message, error.taken.headers);
    throw error instanceof GraphQLError ? refusedByIdentity(error) : error;
  }
}

function taken(place: (() => void) | null, status: 429 | 503): () => void {
  if (place) return place;
  throw new HttpError(status, 'TOO_MANY_CONNECTIONS', 'As many connections are open as may be. Close one, or try again shortly.');
}
