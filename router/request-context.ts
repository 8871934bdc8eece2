import type { Logger } from 'pino';
import type { Caller } from '#chassis/caller.ts';
import type { RequestRecord } from './request-log.ts';

/** What the router knows about one client request. */
export interface RouterContext {
  /** Null when the client sent no token. */
  readonly caller: Caller | null;
  /** One id from the client through every service into every log line. */
  readonly requestId: string;
  readonly log: Logger;
  /** Instant on the clock of `performance.now()` after which no subgraph is asked any more. */
  readonly deadline: number;
  /** Aborts when the client has left before its answer was sent. */
  readonly clientLeft: AbortSignal;
  /** What the log line of this request will say. */
  readonly record: RequestRecord;
}
