import { Redis } from 'ioredis';
import pg from 'pg';
import type { Logger } from 'pino';
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRedis, type RateLimiterAbstract } from 'rate-limiter-flexible';
import { defectForLog } from '#chassis/log-defect.ts';
import type { Budget, LimiterOf } from './rate-limits.ts';

/** Where budgets are counted: in this process, or where several routers count together. */
export type RateStoreConfig = { readonly kind: 'memory' } | { readonly kind: 'redis' | 'postgres'; readonly url: string };

export interface RateStore {
  readonly limiterOf: LimiterOf;
  close(): Promise<void>;
}

/** A store that takes longer is counted as down: an operation waits for nothing else that long before it is planned. */
const storeMs = 300;
const namespace = 'rate';

/**
 * Opens the store. While it is down each router counts for itself, and the log says so once a minute: never open, and no request fails for it.
 * @throws when PostgreSQL is not there at the start
 */
export async function openRateStore(config: RateStoreConfig, log: Logger): Promise<RateStore> {
  if (config.kind === 'memory') return { limiterOf: (name, budget) => inMemory(name, budget), close: async () => undefined };
  const down = onceAMinute((error) =>
    log.error(
      { store: config.kind, ...(error && { defect: defectForLog(error) }) },
      'the rate store is down: rates are counted in this process',
    ),
  );
  return config.kind === 'redis' ? openRedis(config.url, down) : openPostgres(config.url, down);
}

type Down = (error?: Error) => void;

const inMemory = (name: string, { points, seconds }: Budget): RateLimiterMemory =>
  new RateLimiterMemory({ keyPrefix: `${namespace}:${name}`, points, duration: seconds });

/** Counts while the store does not. */
class Insurance extends RateLimiterMemory {
  readonly #down: Down;
  constructor(name: string, { points, seconds }: Budget, down: Down) {
    super({ keyPrefix: `${namespace}:${name}`, points, duration: seconds });
    this.#down = down;
  }
  override consume(...given: Parameters<RateLimiterMemory['consume']>): ReturnType<RateLimiterMemory['consume']> {
    this.#down();
    return super.consume(...given);
  }
}

function openRedis(url: string, down: Down): RateStore {
  const client = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: storeMs, connectTimeout: 2_000 });
  client.on('error', down);
  const limiterOf: LimiterOf = (name, budget) =>
    new RateLimiterRedis({
      storeClient: client,
      keyPrefix: `${namespace}:${name}`,
      points: budget.points,
      duration: budget.seconds,
      // Who has used all of it is refused here until the window ends: refusing costs the store nothing.
      inMemoryBlockOnConsumed: budget.points + 1,
      insuranceLimiter: new Insurance(name, budget, down),
    });
  return {
    limiterOf,
    async close() {
      client.disconnect();
    },
  };
}

async function openPostgres(url: string, down: Down): Promise<RateStore> {
  const pool = new pg.Pool({ connectionString: url, max: 5, connectionTimeoutMillis: 2_000, query_timeout: storeMs });
  pool.on('error', down);
  // The table first, and once: each limiter would make it for itself.
  await new Promise<void>((resolve, reject) => {
    const first: RateLimiterAbstract = new RateLimiterPostgres({ storeClient: pool, tableName, points: 1, duration: 1 }, (error?: Error) =>
      error ? reject(error) : resolve(void first),
    );
  }).catch(async (error: unknown) => {
    await pool.end();
    throw error;
  });
  const limiterOf: LimiterOf = (name, budget) =>
    new RateLimiterPostgres({
      storeClient: pool,
      tableName,
      tableCreated: true,
      keyPrefix: `${namespace}:${name}`,
      points: budget.points,
      duration: budget.seconds,
      inMemoryBlockOnConsumed: budget.points + 1,
      insuranceLimiter: new Insurance(name, budget, down),
    });
  return { limiterOf, close: () => pool.end() };
}

const tableName = 'rate_limits';

function onceAMinute(say: Down): Down {
  let next = 0;
  return (error) => {
    if (performance.now() < next) return;
    next = performance.now() + 60_000;
    say(error);
  };
}
