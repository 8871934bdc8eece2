/** What clients of subscriptions may use, and how long the router waits for them. Times in milliseconds. */
export interface SubscriptionLimits {
  /** Sockets and streams together. Below what the HTTP server takes, so that plain requests still find a place. */
  readonly connections: number;
  /** Sockets and streams of one `sub` claim. Not counted when nobody is asked who they are. */
  readonly connectionsPerCaller: number;
  readonly operationsPerSocket: number;
  /** One message of a client over WebSocket, or one body over HTTP. */
  readonly messageBytes: number;
  /** What may wait in memory for a client that does not read; more cuts it off. */
  readonly bufferedBytes: number;
  /** Results that may wait for one client while others of the same upstream have theirs already; one more ends its subscription. */
  readonly queuedResults: number;
  /** A result that the network has not taken by then cuts the client off. */
  readonly slowMs: number;
  /** From opening a socket to `connection_init`. */
  readonly initMs: number;
  /** A socket without any operation is closed. */
  readonly idleMs: number;
  /** Between pings to sockets and heartbeats on streams. A socket that has not answered two pings is cut off. */
  readonly heartbeatMs: number;
  /** How often the token of an open socket or stream is verified anew: it may have been revoked. No oftener than the heartbeat. */
  readonly recheckMs: number;
}

export const defaultLimits: SubscriptionLimits = {
  connections: 5_000,
  connectionsPerCaller: 200,
  operationsPerSocket: 100,
  messageBytes: 1024 * 1024,
  bufferedBytes: 1024 * 1024,
  queuedResults: 64,
  slowMs: 30_000,
  initMs: 3_000,
  idleMs: 10 * 60_000,
  heartbeatMs: 10_000,
  recheckMs: 5_000,
};
