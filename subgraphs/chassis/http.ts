import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Server as NetServer, type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { answerDefect, answerUnreadable, HttpError, refuse, type UnreadableRequest } from './http-refusal.ts';
import { upgradeListener, type OnUpgrade } from './upgrade.ts';

export { HttpError, sendJson } from './http-refusal.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface HttpServer {
  readonly port: number;
  /** `http://localhost:4000`, without a path. */
  readonly url: string;
  /** Takes no new connection, answers the requests under way and on their way, then resolves. */
  close(): Promise<void>;
}

/** What a client may take of a server: time in milliseconds, bytes, connections. */
export interface HttpLimits {
  /** How long a stop keeps idle connections: a request that was sent before the stop is still answered. */
  readonly graceMs: number;
  /** From the first byte of a request to the end of its header. */
  readonly headersMs: number;
  /** From the first byte of a request to the end of its body. */
  readonly requestMs: number;
  /** How long a connection may be idle. Clients are told to give up earlier, or they would send in the moment we close. */
  readonly keepAliveMs: number;
  /** How long a client may take nothing of an answer that waits for it. */
  readonly stalledMs: number;
  /** How often the first two are looked at. */
  readonly checkEveryMs: number;
  readonly headerBytes: number;
  /** Open connections; one more is closed at once. Leaves file handles for the database and the subgraphs. */
  readonly connections: number;
}

const defaultLimits: HttpLimits = {
  graceMs: 150,
  headersMs: 10_000,
  requestMs: 30_000,
  // Longer than usual clients and proxies keep a connection: undici with us 30 s, nginx and AWS load balancers 60 s, Go 90 s.
  keepAliveMs: 95_000,
  stalledMs: 30_000,
  checkEveryMs: 1_000,
  headerBytes: 32 * 1024,
  connections: 10_000,
};
/** A client that keeps to the `keep-alive` header closes so much earlier than the server. */
const keepAliveMarginMs = 5_000;

/** How long a stop waits for requests under way before it cuts them off. */
const drainMs = 10_000;

export interface HttpServerOptions {
  readonly port: number;
  readonly host?: string;
  readonly handler: Handler;
  /** Hears what a handler threw; the client then gets a bare 500. */
  readonly onError: (error: unknown, request: IncomingMessage) => void;
  /** Hears of a request that no handler saw, because HTTP itself could not read it. */
  readonly onUnreadable?: (request: UnreadableRequest) => void;
  /** Takes WebSockets, and closes them before `close()` is called. Without it none are taken. */
  readonly onUpgrade?: OnUpgrade;
  readonly limits?: Partial<HttpLimits>;
}

/** Listens. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const limits = { ...defaultLimits, ...options.limits };
  const keepAlive = `timeout=${Math.max(1, Math.floor((limits.keepAliveMs - keepAliveMarginMs) / 1_000))}`;
  let draining = false;

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    if (draining) response.setHeader('connection', 'close');
    else response.setHeader('keep-alive', keepAlive);
    response.on('prefinish', watchForStall);
    if (request.headers.host === undefined && request.httpVersion === '1.1')
      return refuse(request, response, new HttpError(400, 'BAD_REQUEST', 'HTTP/1.1 asks for a host header.'));
    options.handler(request, response).catch((error: unknown) => {
      if (error instanceof HttpError) return refuse(request, response, error);
      if (request.destroyed && (error as NodeJS.ErrnoException).code === 'ECONNRESET') return; // the client left while it was sending
      options.onError(error, request);
      answerDefect(response);
    });
  };
  // From here on the answer waits for the client; node:http ends this watch when the last byte is out.
  function watchForStall(this: ServerResponse): void {
    this.socket?.setTimeout(limits.stalledMs);
  }

  const server = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: limits.checkEveryMs,
      maxHeaderSize: limits.headerBytes,
      requireHostHeader: false, // node:http would refuse without a word; see answer()
    },
    answer,
  );
  server.on('checkExpectation', (request, response) =>
    refuse(request, response, new HttpError(417, 'BAD_REQUEST', 'Of the expect header only 100-continue is known here.')),
  );
  server.maxConnections = limits.connections;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const unreadable = answerUnreadable(error, socket);
    if (unreadable) options.onUnreadable?.(unreadable);
  });

  if (options.onUpgrade) server.on('upgrade', upgradeListener(server, options.onUpgrade));

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://localhost:${port}`,
    async close() {
      draining = true;
      const closed = new Promise<void>((resolve) => {
        // Not HTTP's own close(), which begins with cutting connections that look idle: a request may be on its way on them.
        NetServer.prototype.close.call(server, () => resolve());
      });
      await pause(limits.graceMs);
      server.closeIdleConnections();
      const sweep = setInterval(() => server.closeIdleConnections(), 50);
      const cutOff = setTimeout(() => server.closeAllConnections(), drainMs);
      await closed;
      clearInterval(sweep);
      clearTimeout(cutOff);
      server.close(); // ends the timer that watches for slow requests
    },
  };
}

/** @throws HttpError 400 when the target is no URL */
export function requestUrl(request: IncomingMessage): URL {
  try {
    return new URL(request.url ?? '/', 'http://localhost');
  } catch {
    throw new HttpError(400, 'BAD_REQUEST', 'The request target is not a URL.');
  }
}
