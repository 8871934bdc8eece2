import type { BackgroundWork } from '#chassis/subgraph.ts';
import type { PatientContext } from './context.ts';
import { endGrantsRunOut } from './proxy-service.ts';

const everyMs = 60 * 60 * 1_000;

/** Ends proxy grants whose time is over: at the start, then once an hour. */
export function watchProxyExpiry(systemContext: (requestId: string) => PatientContext): BackgroundWork {
  let running: Promise<void> = Promise.resolve();
  const sweep = async (): Promise<void> => {
    const context = systemContext(`proxy-expiry-${Date.now()}`);
    try {
      const ended = await endGrantsRunOut(context);
      if (ended > 0) context.log.info({ ended }, 'proxy grants ran out');
    } catch (error) {
      context.log.error(
        { reason: error instanceof Error ? error.message : String(error) },
        'proxy grants could not be ended; the next round tries again',
      );
    }
  };
  // One after the other: a slow round is not overtaken by the next.
  const next = () => {
    running = running.then(sweep);
  };
  next();
  const timer = setInterval(next, everyMs);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      await running;
    },
  };
}
