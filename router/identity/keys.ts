import { createLocalJWKSet, errors } from 'jose';
import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { IdentityUnavailable } from './unavailable.ts';

export const localKeys = (jwks: JSONWebKeySet): JWTVerifyGetKey => createLocalJWKSet(jwks);

const privateParts = ['d', 'k', 'p', 'q', 'dp', 'dq', 'qi'];

const keySet = z
  .looseObject({ keys: z.array(z.looseObject({ kty: z.string() })) })
  .refine(({ keys }) => keys.every((key) => privateParts.every((part) => key[part] === undefined)), 'has a private or shared key in it');

/** @throws ZodError when it is no JSON Web Key Set of public keys */
export const readKeySet = (value: unknown): JSONWebKeySet => keySet.parse(value);

export interface KeyRefreshOptions {
  /** How long a set is used before it is fetched again. */
  readonly maxAgeMs?: number;
  /** How long nothing is fetched after the last attempt, whatever unknown key ids come. */
  readonly cooldownMs?: number;
  readonly now?: () => number;
  /** Hears why a set could not be fetched. */
  readonly onFailure?: (error: unknown) => void;
}

/**
 * Keys that change while the router runs. A set that is fetched takes the place of the one before it whole: a key that is no longer in it does not
 * count any more. While none can be fetched the last good one goes on, for as long as that takes; requests wait for the first failure only.
 * @param load gets the set
 * @returns throws IdentityUnavailable while there has never been a set, JWKSNoMatchingKey for a key that is not in it
 */
export function refreshedKeys(
  load: () => Promise<JSONWebKeySet>,
  { maxAgeMs = 5 * 60_000, cooldownMs = 10_000, now = Date.now, onFailure = () => undefined }: KeyRefreshOptions = {},
): JWTVerifyGetKey {
  let find: JWTVerifyGetKey | undefined;
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let attemptedAt = Number.NEGATIVE_INFINITY;
  let failure: unknown;
  let underWay: Promise<void> | undefined;

  const fetchKeys = async (): Promise<void> => {
    attemptedAt = now();
    try {
      find = createLocalJWKSet(await load());
      fetchedAt = now();
      failure = undefined;
    } catch (error) {
      failure = error ?? new Error('no reason given');
      onFailure(failure);
    }
  };
  /** Never rejects. */
  const refresh = async (): Promise<void> => {
    // What was never there is asked for at shorter intervals: nobody gets in until it comes.
    if (!underWay && now() - attemptedAt < (find ? cooldownMs : Math.min(cooldownMs, 1_000))) return;
    underWay ??= fetchKeys().finally(() => {
      underWay = undefined;
    });
    await underWay;
  };

  return async (header, token) => {
    const age = now() - fetchedAt;
    if (!find || (age > maxAgeMs && !failure)) await refresh();
    else if (age > maxAgeMs / 2) void refresh();
    if (!find) throw new IdentityUnavailable(failure);
    const used = find;
    try {
      return await used(header, token);
    } catch (error) {
      // A published key that cannot be read is the issuer's fault, not the token's.
      if (!(error instanceof errors.JOSEError)) throw new IdentityUnavailable(error);
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await refresh();
      if (find === used) throw error;
      return find(header, token);
    }
  };
}
