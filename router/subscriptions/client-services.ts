import type { ClientAddress } from '../client-address.ts';
import type { TokenVerifier } from '../identity.ts';
import type { IdleSessions } from '../identity/idle-sessions.ts';
import type { RateLimits } from '../limits/rate-limits.ts';
import type { ConnectionCount } from './connection-count.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { SubscriptionLimits } from './limits.ts';
import type { OperationServices } from './running-operation.ts';

/** What sockets and streams share. */
export interface ClientServices extends OperationServices {
  /** Null: nobody is asked who they are. */
  readonly verifyToken: TokenVerifier | null;
  readonly sessions: IdleSessions;
  readonly addressOf: ClientAddress;
  /** Null: nothing is counted. */
  readonly rates: RateLimits | null;
  /** Origins (`https://app.example`) of pages that may connect beside those of the router's own origin. */
  readonly allowedOrigins: readonly string[];
  readonly limits: SubscriptionLimits;
  readonly count: ConnectionCount;
  readonly heartbeat: Heartbeat;
}
