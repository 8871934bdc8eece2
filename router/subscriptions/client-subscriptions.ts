import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { clientAddressBehind, noProxies, type ClientAddress } from '../client-address.ts';
import type { TokenVerifier } from '../identity.ts';
import { IdleSessions } from '../identity/idle-sessions.ts';
import type { RateLimits } from '../limits/rate-limits.ts';
import { streamProtocol } from './accept.ts';
import type { ClientServices } from './client-services.ts';
import { ConnectionCount } from './connection-count.ts';
import { Heartbeat } from './heartbeat.ts';
import { defaultLimits } from './limits.ts';
import type { SubscriptionLimits } from './limits.ts';
import type { GraphOperations } from './operations.ts';
import { SharedSubscriptions } from './shared-subscriptions.ts';
import { SocketServer } from './socket-server.ts';
import { StreamHandler } from './stream-handler.ts';

export interface ClientSubscriptionsOptions {
  readonly operations: GraphOperations;
  /** Null: nobody is asked who they are. */
  readonly verifyToken: TokenVerifier | null;
  /** Whose sockets and streams end when nobody asks anything any more. */
  readonly sessions?: IdleSessions;
  readonly addressOf?: ClientAddress;
  /** Null or left out: nothing is counted. */
  readonly rates?: RateLimits | null;
  readonly log: Logger;
  /** For queries and mutations, and for opening a subscription. */
  readonly deadlineMs: number;
  /** One upstream for all who ask the same. Default true. */
  readonly share?: boolean;
  /** Origins (`https://app.example`) of pages that may connect beside those of the router's own origin. */
  readonly allowedOrigins?: readonly string[];
  readonly limits?: Partial<SubscriptionLimits>;
}

/** Subscriptions as clients see them: WebSocket, SSE and multipart at `/graphql` (docs/adr/0014). */
export interface ClientSubscriptions {
  /** Takes a request that wants its results as a stream, and answers it. @returns false when it is none of ours */
  handle(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<boolean>;
  /** Takes the upgrade request of a WebSocket. */
  upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): Promise<void>;
  /** Sends everyone away, promptly. */
  close(): Promise<void>;
}

export function createClientSubscriptions(options: ClientSubscriptionsOptions): ClientSubscriptions {
  const {
    operations,
    verifyToken,
    sessions = new IdleSessions(),
    addressOf = clientAddressBehind(noProxies),
    rates = null,
    log,
    deadlineMs,
    share = true,
    allowedOrigins = [],
  } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const services: ClientServices = {
    operations,
    verifyToken: verifyToken && sessions.guard(verifyToken),
    sessions,
    addressOf,
    rates,
    log,
    deadlineMs,
    allowedOrigins,
    limits,
    count: new ConnectionCount(limits),
    heartbeat: new Heartbeat(limits.heartbeatMs),
    subscriptions: new SharedSubscriptions(operations, { share, log, deadlineMs, queuedResults: limits.queuedResults }),
  };
  services.heartbeat.add({ beat: () => sessions.look() });
  const sockets = new SocketServer(services);
  const streams = new StreamHandler(services);
  return {
    async handle(request, response, requestId) {
      const protocol = request.method === 'GET' || request.method === 'POST' ? streamProtocol(request.headers.accept) : null;
      if (!protocol) return false;
      await streams.handle(request, response, requestId, protocol);
      return true;
    },
    upgrade: (request, connection, head) => sockets.upgrade(request, connection, head),
    async close() {
      await Promise.all([sockets.close(), streams.close()]);
      services.heartbeat.stop();
    },
  };
}
