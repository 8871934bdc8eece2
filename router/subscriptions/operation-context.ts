import type { Logger } from 'pino';
import type { Caller, Origin } from '#chassis/caller.ts';
import type { RouterContext } from '../request-context.ts';
import { RequestLife } from '../request-life.ts';
import { newRecord } from '../request-log.ts';

/** The context of one operation that does not come as an HTTP request of its own. `leave` says that nobody waits for it any more. */
export function operationContext(options: {
  readonly caller: Caller | null;
  readonly requestId: string;
  readonly origin?: Origin;
  readonly log: Logger;
  readonly deadlineMs: number;
}): { readonly context: RouterContext; readonly leave: () => void } {
  const { caller, requestId, origin = {}, log, deadlineMs } = options;
  const life = new RequestLife({ startedAt: performance.now(), deadlineMs });
  return {
    context: {
      caller,
      requestId,
      origin,
      log: log.child({ requestId }),
      life,
      record: { ...newRecord(), role: caller?.role ?? 'none' },
    },
    leave: () => life.leave(),
  };
}
