import type { BackgroundWork } from '#chassis/subgraph.ts';
import type { BillingContext } from './context.ts';
import { priceBacklog } from './price-backlog.ts';
import { followUp } from './provider-follow-up.ts';

type SystemContext = (requestId: string) => BillingContext;
type Work = (context: BillingContext, signal: AbortSignal) => Promise<unknown>;

/** What billing does unasked: brings open payments and refunds to their end, and gives new prices to charges that waited. */
export function startBackground(systemContext: SystemContext): BackgroundWork {
  const works = [repeat('billing-follow-up', systemContext, followUp), repeat('billing-pricing', systemContext, priceBacklog)];
  return {
    async close() {
      await Promise.all(works.map((work) => work.close()));
    },
  };
}

/** Works at once and then at intervals until closed; `close` waits for the round that is under way. */
function repeat(name: string, systemContext: SystemContext, work: Work): BackgroundWork {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let rounds = 0;
  const round = async (): Promise<void> => {
    const context = systemContext(`${name}-${++rounds}`);
    await work(context, stop.signal).catch((error: unknown) =>
      context.log.error({ err: error, work: name }, 'background work failed; it will be tried again'),
    );
    if (!stop.signal.aborted) timer = setTimeout(begin, context.times.intervalMs);
  };
  let running = Promise.resolve();
  const begin = (): void => {
    running = round();
  };
  begin();
  return {
    async close() {
      stop.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
