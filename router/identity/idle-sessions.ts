import { GraphQLError } from 'graphql';
import type { TokenVerifier, VerifiedToken } from '../identity.ts';

export const idleMessage = 'Nothing was asked for so long that you were logged off. Sign in again.';

export interface IdleSessionsOptions {
  /** After how long without a request or an operation a session is logged off. */
  readonly idleMs?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

interface Session {
  lastAskedAt: number;
  /** Ends each of its open sockets and streams. */
  readonly connections: Set<() => void>;
}

export const defaultIdleMs = 15 * 60_000;
/** Longer than any token is accepted that was issued before its session was logged off. */
const keepMs = 24 * 3_600_000;
const mostKept = 100_000;

/**
 * Logs off who has walked away (45 CFR §164.312(a)(2)(iii)). A session is known while it has a socket or a stream open; when nothing was asked in it for `idleMs`,
 * all of them end, and no token of it that was issued until then is taken any more: otherwise a client that connects again by itself would undo it.
 * The token of a program that acts for itself (a pharmacy or a payer, without `sid`) has nobody who could walk away.
 */
export class IdleSessions {
  readonly #idleMs: number;
  readonly #now: () => number;
  readonly #sessions = new Map<string, Session>();
  readonly #loggedOff = new Map<string, number>();

  constructor({ idleMs = defaultIdleMs, now = Date.now }: IdleSessionsOptions = {}) {
    this.#idleMs = idleMs;
    this.#now = now;
  }

  /** Something was asked: a request over HTTP, an operation on a socket. Signs of life of a connection are none of the person. */
  asked(token: VerifiedToken | null): void {
    const session = this.#sessions.get(keyOf(token) ?? '');
    if (session) session.lastAskedAt = this.#now();
  }

  /**
   * A socket or a stream was opened, which is something asked, too.
   * @param logOff ends it
   * @returns what says that it has ended
   */
  opened(token: VerifiedToken | null, logOff: () => void): () => void {
    const key = keyOf(token);
    if (key === undefined) return () => undefined;
    const session = this.#sessions.get(key) ?? { lastAskedAt: 0, connections: new Set() };
    this.#sessions.set(key, session);
    session.lastAskedAt = this.#now();
    session.connections.add(logOff);
    return () => {
      session.connections.delete(logOff);
      if (session.connections.size === 0 && this.#sessions.get(key) === session) this.#sessions.delete(key);
    };
  }

  /** Logs off everyone who is idle. */
  look(): void {
    const now = this.#now();
    for (const [key, session] of this.#sessions) {
      if (now - session.lastAskedAt < this.#idleMs) continue;
      this.#sessions.delete(key);
      this.#loggedOff.set(key, now);
      for (const logOff of session.connections) logOff();
    }
    for (const [key, at] of this.#loggedOff) {
      if (now - at <= keepMs && this.#loggedOff.size <= mostKept) break; // oldest first
      this.#loggedOff.delete(key);
    }
  }

  /** The same verifier, which also refuses tokens of a session that was logged off after they were issued (SESSION_IDLE, 401). */
  guard(verifyToken: TokenVerifier): TokenVerifier {
    return async (text) => {
      const token = await verifyToken(text);
      const loggedOffAt = this.#loggedOff.get(keyOf(token) ?? '');
      if (loggedOffAt !== undefined && (token.facts?.issuedAt ?? 0) <= loggedOffAt)
        throw new GraphQLError(idleMessage, { extensions: { code: 'SESSION_IDLE', http: { status: 401 } } });
      return token;
    };
  }
}

function keyOf(token: VerifiedToken | null): string | undefined {
  if (!token?.facts) return undefined;
  const { sessionId, id, subject, clientId } = token.facts;
  const actsForItself = token.caller.role === 'PHARMACY' || token.caller.role === 'PAYER';
  if (actsForItself && sessionId === undefined) return undefined;
  if (sessionId !== undefined) return `sid ${sessionId}`;
  return id === undefined ? `sub ${JSON.stringify([subject, clientId])}` : `jti ${id}`;
}
