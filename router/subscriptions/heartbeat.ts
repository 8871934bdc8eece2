export interface Beating {
  /** Once per interval: is the client still there, is it reading, does it need a sign of life? */
  beat(now: number): void;
}

/** One timer for all connections: thousands of timers would cost more than what they watch. */
export class Heartbeat {
  readonly #beating = new Set<Beating>();
  readonly #timer: NodeJS.Timeout;

  constructor(intervalMs: number) {
    this.#timer = setInterval(() => {
      const now = performance.now();
      for (const one of this.#beating) one.beat(now);
    }, intervalMs).unref();
  }

  /** @returns what ends it */
  add(one: Beating): () => void {
    this.#beating.add(one);
    return () => this.#beating.delete(one);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
