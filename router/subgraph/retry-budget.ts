/** One retry is paid for by this many requests. */
const requestsPerRetry = 5;
/** Retries that are there even when little is asked; they come back at one per second. */
const floor = 10;
const mostSaved = 50 * requestsPerRetry;

/** How often requests to one subgraph may be repeated: a fifth of what is asked, and a few more. A subgraph in trouble must not get twice the load. */
export class RetryBudget {
  /** Requests that no retry was taken for yet. */
  #asked = 0;
  #given = floor;
  #countedAt: number;
  readonly #now: () => number;

  /** @param now milliseconds on a clock that only goes forward */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#countedAt = now();
  }

  /** A request was made for the first time. */
  earn(): void {
    this.#asked = Math.min(mostSaved, this.#asked + 1);
  }

  /** True: repeat it. */
  take(): boolean {
    const now = this.#now();
    this.#given = Math.min(floor, this.#given + (now - this.#countedAt) / 1_000);
    this.#countedAt = now;
    if (this.#asked >= requestsPerRetry) this.#asked -= requestsPerRetry;
    else if (this.#given >= 1) this.#given -= 1;
    else return false;
    return true;
  }
}
