import { z } from 'zod';
import type { TokenFacts } from './claims.ts';
import { graceMs, revoked } from './revocation.ts';
import type { RevocationCheck } from './revocation.ts';
import { IdentityUnavailable } from './unavailable.ts';

const names = z.array(z.string()).default([]);
const instants = z.record(
  z.string(),
  z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
);

// Strict: a misspelt name would revoke nobody and say nothing.
const revocationList = z.strictObject({
  clients: names.transform((list) => new Set(list)),
  subjects: names.transform((list) => new Set(list)),
  tokens: names.transform((list) => new Set(list)),
  sessions: names.transform((list) => new Set(list)),
  issuedBefore: instants.default({}).transform((times) => new Map(Object.entries(times))),
});

/** Who is out: by `client_id`, `sub`, `jti`, `sid`, or every token of a subject that was issued before an instant (milliseconds since 1970). */
export type RevocationList = z.infer<typeof revocationList>;

/** @throws ZodError that names what is wrong with it */
export const readRevocationList = (json: unknown): RevocationList => revocationList.parse(json);

export function isRevoked(list: RevocationList, { subject, clientId, id, sessionId, issuedAt }: TokenFacts): boolean {
  return (
    list.subjects.has(subject) ||
    (clientId !== undefined && list.clients.has(clientId)) ||
    (id !== undefined && list.tokens.has(id)) ||
    (sessionId !== undefined && list.sessions.has(sessionId)) ||
    issuedAt < (list.issuedBefore.get(subject) ?? Number.NEGATIVE_INFINITY)
  );
}

export interface PolledRevocationList {
  readonly check: RevocationCheck;
  /** Reads the list now. Never rejects. */
  poll(): Promise<void>;
  close(): void;
}

/**
 * A revocation list that is read again and again. One that cannot be read does not count as an empty one: the last good one holds for 45 s, then nobody is
 * let in until it can be read again.
 * @param load gets the list as JSON
 * @param onFailure hears why it could not be read
 */
export function polledRevocationList(
  load: () => Promise<unknown>,
  options: { readonly everyMs: number; readonly onFailure: (error: unknown) => void; readonly now?: () => number },
): PolledRevocationList {
  const { everyMs, onFailure, now = Date.now } = options;
  let list: RevocationList | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let failure: unknown;
  let polling: Promise<void> | undefined;

  const poll = (): Promise<void> =>
    (polling ??= read().finally(() => {
      polling = undefined;
    }));
  async function read(): Promise<void> {
    const askedAt = now();
    try {
      list = readRevocationList(await load());
      readAt = askedAt;
    } catch (error) {
      failure = error;
      onFailure(error);
    }
  }
  const timer = setInterval(() => void poll(), everyMs).unref();
  return {
    poll,
    async check(facts) {
      if (!list) await poll();
      if (!list || now() - readAt > graceMs) throw new IdentityUnavailable(failure);
      if (isRevoked(list, facts)) throw revoked();
    },
    close: () => clearInterval(timer),
  };
}
