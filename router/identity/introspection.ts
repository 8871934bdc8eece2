import { createHash } from 'node:crypto';
import { z } from 'zod';
import { fetchJson } from './fetch-json.ts';
import type { ProveClient } from './client-proof.ts';
import { graceMs, revoked } from './revocation.ts';
import type { RevocationCheck } from './revocation.ts';
import { IdentityUnavailable } from './unavailable.ts';

export interface IntrospectionOptions {
  readonly url: URL;
  /** How the router proves to the provider who it is. */
  readonly prove: ProveClient;
  /** How long an answer holds: at most 30 s. */
  readonly cacheMs: number;
  /** Answers that are kept. The oldest go first. */
  readonly mostAnswers?: number;
  readonly now?: () => number;
  /** Hears why the provider could not be asked. */
  readonly onFailure: (error: unknown) => void;
  /** Asks the provider. Over HTTP unless given. */
  readonly ask?: (token: string) => Promise<unknown>;
}

interface Answer {
  readonly active: boolean;
  readonly askedAt: number;
}

const answerOfProvider = z.object({ active: z.boolean() });
/** After a failure the provider is left alone for a moment: every request would wait for it otherwise. */
const pauseMs = 1_000;

/**
 * Asks the provider whether a token is still good (RFC 7662). While it cannot be asked, "it was good" holds for 45 s from when it was said; after that, and for tokens
 * that were never asked about, nobody is let in.
 */
export function introspection(options: IntrospectionOptions): RevocationCheck {
  const { url, prove, cacheMs, mostAnswers = 20_000, now = Date.now, onFailure, ask = overHttp } = options;
  const answers = new Map<string, Answer>();
  const underWay = new Map<string, Promise<Answer>>();
  let failure: unknown;
  let failedAt = Number.NEGATIVE_INFINITY;

  return async (_, token) => {
    const key = createHash('sha256').update(token).digest('base64url'); // no token stays in memory
    const { active } = await answerFor(key, token);
    if (!active) throw revoked();
  };

  async function answerFor(key: string, token: string): Promise<Answer> {
    const known = answers.get(key);
    // What is revoked stays so.
    if (known && (!known.active || now() - known.askedAt <= cacheMs)) return known;
    try {
      return await fresh(key, token);
    } catch (error) {
      if (known && now() - known.askedAt <= graceMs) return known;
      throw new IdentityUnavailable(error);
    }
  }

  async function fresh(key: string, token: string): Promise<Answer> {
    const asked = underWay.get(key);
    if (asked) return asked;
    if (now() - failedAt < pauseMs) throw failure;
    const asking = askProvider(token).finally(() => underWay.delete(key));
    underWay.set(key, asking);
    const answer = await asking;
    answers.delete(key);
    answers.set(key, answer);
    for (const oldest of answers.keys()) {
      if (answers.size <= mostAnswers) break;
      answers.delete(oldest);
    }
    return answer;
  }

  async function askProvider(token: string): Promise<Answer> {
    const askedAt = now();
    try {
      return { active: answerOfProvider.parse(await ask(token)).active, askedAt };
    } catch (error) {
      failure = error;
      failedAt = now();
      onFailure(error);
      throw error;
    }
  }

  async function overHttp(token: string): Promise<unknown> {
    const { headers, form } = await prove();
    return fetchJson(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ token, token_type_hint: 'access_token', ...form }).toString(),
    });
  }
}
