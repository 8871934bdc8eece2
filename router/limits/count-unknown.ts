import { GraphQLError } from 'graphql';
import { networkOf } from '../client-address.ts';
import { pointsOfFailedSignIn, rateLimited, type RateLimits, type Taken } from './rate-limits.ts';

/** From this address nothing is looked at for the moment, unless it comes with a good token. */
export class TooManyUnknown extends GraphQLError {
  readonly taken: Taken;
  constructor(taken: Taken) {
    const { message, extensions } = rateLimited(taken);
    super(message, { extensions });
    this.taken = taken;
  }
}

/**
 * Who asks; whoever cannot be told is counted by network address, so that guessing tokens ends soon.
 * @param rates null: nothing is counted @param identify null for who shows no token; throws a GraphQLError for a bad one
 * @throws TooManyUnknown, or what `identify` throws
 */
export async function countUnknown<Known>(
  rates: RateLimits | null,
  address: string | undefined,
  identify: () => Promise<Known | null>,
): Promise<Known | null> {
  if (!rates) return identify();
  const count = async (points: number): Promise<void> => {
    const taken = await rates.takeForAddress(address === undefined ? null : networkOf(address), points);
    if (taken.isRefused) throw new TooManyUnknown(taken);
  };
  try {
    const known = await identify();
    if (known === null) await count(1);
    return known;
  } catch (error) {
    if (error instanceof GraphQLError && error.extensions['code'] === 'UNAUTHENTICATED') await count(pointsOfFailedSignIn);
    throw error;
  }
}
