import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { PersonaClaims } from '../personas.ts';

const goodForMs = 60_000;
const mostOpen = 1_000;

/** What a person agreed to when they logged in. */
export interface Grant {
  readonly clientId: string;
  readonly redirectUri: string;
  /** S256 of the verifier that only the client knows (RFC 7636). */
  readonly challenge: string;
  readonly nonce: string | undefined;
  readonly claims: PersonaClaims;
  /** Of this log-in: `sid` of every token that comes of it. */
  readonly sessionId: string;
  /** Milliseconds since 1970. */
  readonly loggedInAt: number;
}

export interface Redemption {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly verifier: string;
}

/** Codes between the log-in page and the client: each is good once, for a minute, for who began. */
export class AuthorizationCodes {
  readonly #now: () => number;
  readonly #grants = new Map<string, Grant & { used?: boolean }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @returns the code */
  grant(grant: Omit<Grant, 'sessionId' | 'loggedInAt'>): string {
    const now = this.#now();
    for (const [code, { loggedInAt }] of this.#grants)
      if (now - loggedInAt > goodForMs || this.#grants.size >= mostOpen) this.#grants.delete(code);
    const code = randomBytes(32).toString('base64url');
    this.#grants.set(code, { ...grant, sessionId: randomUUID(), loggedInAt: now });
    return code;
  }

  /** What the code stands for; `replayed` when it was used before: then what came of it is to be revoked (RFC 6749 §4.1.2). Null for any other. */
  redeem(code: string, { clientId, redirectUri, verifier }: Redemption): Grant | { readonly replayed: string } | null {
    const grant = this.#grants.get(code);
    if (!grant || this.#now() - grant.loggedInAt > goodForMs) return null;
    if (grant.used) return { replayed: grant.sessionId };
    grant.used = true; // also when what follows is wrong: whoever tried has seen a code that is not theirs
    const isTheirs = grant.clientId === clientId && grant.redirectUri === redirectUri && equal(challengeOf(verifier), grant.challenge);
    return isTheirs ? grant : null;
  }
}

const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
