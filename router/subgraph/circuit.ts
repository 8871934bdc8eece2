import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  circuitBreaker,
  CircuitState,
  CountBreaker,
  handleWhenResult,
} from 'cockatiel';
import type { Logger } from 'pino';

/** Whether what became of a request speaks for or against the health of the service; null: neither. */
export type Health = 'good' | 'bad' | null;

export interface CircuitOptions {
  readonly service: string;
  readonly log: Logger;
  /** Requests at the same time at most; as many as the transport has connections. */
  readonly concurrency?: number;
  /** Requests that may wait for their turn. */
  readonly queue?: number;
  /** How long an open circuit lets nobody through. */
  readonly openMs?: number;
}

export interface Circuit {
  /**
   * Does the work when its turn comes. The work never throws.
   * @returns what became of it, or why it was not begun
   */
  run<T extends { readonly health: Health }>(work: () => Promise<T>): Promise<T | Refused>;
  /** Would a request be refused now? For work that is no request, such as a subscription. */
  readonly refuses: boolean;
}

export type Refused = 'circuit is open' | 'queue is full';

// Half of the last 20 requests failed. A count and not a rate: a service that hangs is found at two requests a second as at two thousand.
const breakAt = { threshold: 0.5, size: 20, minimumNumberOfCalls: 10 };

/**
 * Keeps a sick service from making the rest of the graph wait. It opens when half of the requests fail: from then on they are refused
 * at once, until one is let through after `openMs` and succeeds. And it caps how many wait for the service at all.
 */
export function createCircuit({ service, log, concurrency = 100, queue = 400, openMs = 3_000 }: CircuitOptions): Circuit {
  const breaker = circuitBreaker(
    handleWhenResult((result) => (result as Judged).failed),
    { halfOpenAfter: openMs, breaker: new CountBreaker(breakAt) },
  );
  const cap = bulkhead(concurrency, queue);
  let openedAt = 0;
  breaker.onStateChange((state) => {
    if (state === CircuitState.Open) {
      // After a failed probe it opens again: that is no news.
      if (openedAt === 0) log.error({ subgraph: service }, 'a subgraph fails too often: requests to it are refused for now');
      openedAt = Date.now();
    } else if (state === CircuitState.Closed) {
      openedAt = 0;
      log.info({ subgraph: service }, 'a subgraph is well again');
    }
  });

  async function judge<T extends { readonly health: Health }>(work: () => Promise<T>): Promise<T> {
    let outcome: T | undefined;
    try {
      await breaker.execute(async () => {
        const isProbe = breaker.state !== CircuitState.Closed;
        outcome = await work();
        // To cockatiel everything is a success or a failure, except what throws while the circuit is closed.
        if (outcome.health === null && !isProbe) throw new SaysNothing();
        return { failed: outcome.health !== 'good' } satisfies Judged;
      });
    } catch (error) {
      if (!(error instanceof SaysNothing)) throw error;
    }
    return outcome as T;
  }

  return {
    async run<T extends { readonly health: Health }>(work: () => Promise<T>): Promise<T | Refused> {
      try {
        return await cap.execute(async (): Promise<T | Refused> => {
          // cockatiel would have it wait for the probe, and a probe may take until its deadline.
          if (breaker.state === CircuitState.HalfOpen) return 'circuit is open';
          return judge(work);
        });
      } catch (error) {
        if (error instanceof BrokenCircuitError) return 'circuit is open';
        if (error instanceof BulkheadRejectedError) return 'queue is full';
        throw error;
      }
    },
    get refuses() {
      return breaker.state === CircuitState.HalfOpen || (breaker.state === CircuitState.Open && Date.now() - openedAt < openMs);
    },
  };
}

interface Judged {
  readonly failed: boolean;
}

class SaysNothing extends Error {}
