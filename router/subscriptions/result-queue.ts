import type { FormattedExecutionResult } from 'graphql';
import type { ResultStream } from './operations.ts';

type Step = IteratorResult<FormattedExecutionResult, void>;

const ended: Step = { done: true, value: undefined };

/**
 * Results on their way to one client, at most `capacity`. Not an async function*: there, `return()` waits for the `next()` before it,
 * which for a quiet subscription is hours.
 */
export class ResultQueue implements ResultStream {
  readonly #capacity: number;
  readonly #onWait: () => void;
  readonly #onReturn: () => void;
  readonly #results: FormattedExecutionResult[] = [];
  readonly #waiting: ((step: Step) => void)[] = [];
  #ended = false;

  /** `onWait`: the reader has taken everything and wants more. `onReturn`: the reader has left. */
  constructor(options: { readonly capacity: number; readonly onWait: () => void; readonly onReturn: () => void }) {
    this.#capacity = options.capacity;
    this.#onWait = options.onWait;
    this.#onReturn = options.onReturn;
  }

  get isWaitedFor(): boolean {
    return this.#waiting.length > 0;
  }

  /** @returns false when the queue is full and the result was not taken */
  push(result: FormattedExecutionResult): boolean {
    if (this.#ended) return true;
    const reader = this.#waiting.shift();
    if (reader) reader({ done: false, value: result });
    else if (this.#results.length >= this.#capacity) return false;
    else this.#results.push(result);
    return true;
  }

  /** Ends after what is in the queue. */
  end(): void {
    this.#ended = true;
    for (const reader of this.#waiting.splice(0)) reader(ended);
  }

  /** Drops what is in the queue and ends with this. */
  endWith(result: FormattedExecutionResult): void {
    this.#results.length = 0;
    this.push(result);
    this.end();
  }

  async next(): Promise<Step> {
    const value = this.#results.shift();
    if (value) return { done: false, value };
    if (this.#ended) return ended;
    const step = new Promise<Step>((resolve) => this.#waiting.push(resolve));
    this.#onWait();
    return step;
  }

  async return(): Promise<Step> {
    this.#results.length = 0;
    this.end();
    this.#onReturn();
    return ended;
  }

  async throw(error: unknown): Promise<Step> {
    await this.return();
    throw error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
