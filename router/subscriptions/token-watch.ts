import { GraphQLError } from 'graphql';
import { defectForLog } from '#chassis/log-defect.ts';
import { atInstant } from './at-instant.ts';
import type { SignedIn } from './client-identity.ts';
import type { ClientServices } from './client-services.ts';
import type { Beating } from './heartbeat.ts';

export type TokenEnd = 'token ended' | 'logged off';

/** Watches whether a socket or stream may go on: until its token expires or is revoked, or its session is idle. */
export class TokenWatch implements Beating {
  readonly #services: Pick<ClientServices, 'limits' | 'log'>;
  readonly #token: SignedIn;
  readonly #onEnd: (reason: TokenEnd) => void;
  readonly #cleanUps: (() => void)[];
  #checkedAt = performance.now();
  #checking = false;

  /** @param onEnd is called once at most, and not after `close()` */
  constructor(
    services: Pick<ClientServices, 'limits' | 'log' | 'heartbeat' | 'sessions'>,
    token: SignedIn,
    onEnd: (reason: TokenEnd) => void,
  ) {
    this.#services = services;
    this.#token = token;
    this.#onEnd = onEnd;
    this.#cleanUps = [
      atInstant(token.expiresAt, () => this.#end('token ended')),
      services.sessions.opened(token, () => this.#end('logged off')),
      services.heartbeat.add(this),
    ];
  }

  beat(now: number): void {
    if (this.#checking || now - this.#checkedAt < this.#services.limits.recheckMs) return;
    this.#checkedAt = now;
    void this.#check();
  }

  close(): void {
    for (const cleanUp of this.#cleanUps.splice(0)) cleanUp();
  }

  async #check(): Promise<void> {
    this.#checking = true;
    try {
      await this.#token.verifyAgain();
    } catch (error) {
      // Also when it cannot be known any more: then nobody is let in, and who is in does not stay.
      if (!(error instanceof GraphQLError)) this.#services.log.error({ defect: defectForLog(error) }, 'a token could not be checked again');
      this.#end('token ended');
    } finally {
      this.#checking = false;
    }
  }

  #end(reason: TokenEnd): void {
    if (this.#cleanUps.length === 0) return;
    this.close();
    this.#onEnd(reason);
  }
}
