import { GraphQLError } from 'graphql';
import type { Caller } from '#chassis/caller.ts';
import { RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';

/** As many points as may be used within so many seconds. */
export interface Budget {
  readonly points: number;
  readonly seconds: number;
}

/** Who may use how much. A point is one of operation-cost.ts; an operation costs at least one. */
export interface RateBudgets {
  /** All that comes through one program (`client_id` of the token, else its subject). */
  readonly client: Budget;
  /** One person or partner system, through whatever program. */
  readonly subject: Budget;
  /** Of one network address: requests without a token, one point each, and with a bad one, ten. */
  readonly address: Budget;
  /** Programs with a budget of their own, by `client_id`. */
  readonly clients: Readonly<Record<string, Budget>>;
}

/** For production: some hundred usual operations a second for a program, ten for a person. */
export const productionBudgets: RateBudgets = {
  client: { points: 1_200_000, seconds: 60 },
  subject: { points: 60_000, seconds: 60 },
  address: { points: 300, seconds: 60 },
  clients: {},
};

/** For development, load tests included: nobody meets them. */
export const developmentBudgets: RateBudgets = {
  client: { points: 1_000_000_000, seconds: 60 },
  subject: { points: 1_000_000_000, seconds: 60 },
  address: { points: 1_000_000, seconds: 60 },
  clients: {},
};

/** What is left of the budgets that an operation was charged to. */
export interface Taken {
  readonly isRefused: boolean;
  /** Seconds, rounded up; of a refusal: when to come again. */
  readonly resetSeconds: number;
  /** `RateLimit`, `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10), and of a refusal `Retry-After`. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Makes what counts one budget, in memory or in a store that several routers share. */
export type LimiterOf = (name: string, budget: Budget) => Pick<RateLimiterAbstract, 'consume'>;

export interface RateLimits {
  /** For an operation of somebody who is known. */
  takeFor(caller: Caller, cost: number): Promise<Taken>;
  /** For a request without a token (1 point), or with a bad one (10). @param address null: not known, then all such are one */
  takeForAddress(address: string | null, points: number): Promise<Taken>;
}

export const pointsOfFailedSignIn = 10;

export function rateLimits(budgets: RateBudgets, limiterOf: LimiterOf): RateLimits {
  const counted = (name: string, budget: Budget): Counted => ({ name, budget, limiter: limiterOf(name, budget) });
  const client = counted('client', budgets.client);
  const subject = counted('subject', budgets.subject);
  const address = counted('address', budgets.address);
  // Their counts are apart from those of others: another budget under the same key would be read as its own.
  const ownBudgets = new Map(Object.entries(budgets.clients).map(([id, budget]) => [id, counted('client', budget)]));

  async function take({ name, budget, limiter }: Counted, key: string, points: number): Promise<Taken> {
    const { isRefused, left, resetMs } = await consume(limiter, key, points);
    const resetSeconds = Math.max(1, Math.ceil(resetMs / 1_000));
    return {
      isRefused,
      resetSeconds,
      headers: {
        'ratelimit-policy': `"${name}";q=${budget.points};w=${budget.seconds}`,
        ratelimit: `"${name}";r=${left};t=${resetSeconds}`,
        ...(isRefused && { 'retry-after': String(resetSeconds) }),
      },
    };
  }

  return {
    async takeFor(caller, cost) {
      const points = Math.max(1, Math.ceil(cost));
      const ofSubject = await take(subject, caller.subject, points);
      if (ofSubject.isRefused || caller.clientId === undefined) return ofSubject;
      const ofClient = await take(ownBudgets.get(caller.clientId) ?? client, caller.clientId, points);
      return ofClient.isRefused ? ofClient : { ...ofClient, headers: joined(ofSubject.headers, ofClient.headers) };
    },
    takeForAddress: (from, points) => take(address, from ?? 'unknown', points),
  };
}

async function consume(
  limiter: Counted['limiter'],
  key: string,
  points: number,
): Promise<{ readonly isRefused: boolean; readonly left: number; readonly resetMs: number }> {
  try {
    const { remainingPoints, msBeforeNext } = await limiter.consume(key, points);
    return { isRefused: false, left: remainingPoints, resetMs: msBeforeNext };
  } catch (refused) {
    if (refused instanceof RateLimiterRes) return { isRefused: true, left: refused.remainingPoints, resetMs: refused.msBeforeNext };
    throw refused;
  }
}

interface Counted {
  readonly name: string;
  readonly budget: Budget;
  readonly limiter: ReturnType<LimiterOf>;
}

/** Both budgets as the list that each header is. */
const joined = (one: Taken['headers'], other: Taken['headers']): Taken['headers'] =>
  Object.fromEntries(Object.entries(other).map(([name, value]) => [name, `${one[name]}, ${value}`]));

export const rateLimited = ({ resetSeconds }: Taken): GraphQLError =>
  new GraphQLError(`Too much was asked for in a short time. Try again in ${resetSeconds} s.`, {
    extensions: { code: 'RATE_LIMITED', retryAfterSeconds: resetSeconds, http: { status: 429 } },
  });
