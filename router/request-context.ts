import type { Logger } from 'pino';
import type { Caller, Origin } from '#chassis/caller.ts';
import type { RequestLife } from './request-life.ts';
import type { RequestRecord } from './request-log.ts';

/** What the router knows about one client request. */
export interface RouterContext {
  /** Null when the client sent no token. */
  readonly caller: Caller | null;
  /** One id from the client through every service into every log line. */
  readonly requestId: string;
  readonly origin: Origin;
  readonly log: Logger;
  /** Until when it is worked on, and whether the client is still there. */
  readonly life: RequestLife;
  /** What the log line of this request will say. */
  readonly record: RequestRecord;
}
