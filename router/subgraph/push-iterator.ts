export interface PushIteratorHooks {
  /** The reader wants more than is there. */
  readonly onWaiting: () => void;
  /** Something is there that the reader has not asked for yet. */
  readonly onFull: () => void;
  /** It has ended, whoever ended it. Called once. */
  readonly onEnd: () => void;
}

type Settle<T> = { readonly resolve: (result: IteratorResult<T, undefined>) => void; readonly reject: (error: unknown) => void };

/** An async iterator that is fed from outside. Unlike a generator it can be closed while somebody waits for its next value. */
export class PushIterator<T> implements AsyncIterableIterator<T, undefined> {
  readonly #hooks: PushIteratorHooks;
  readonly #values: T[] = [];
  readonly #readers: Settle<T>[] = [];
  #ended = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(hooks: PushIteratorHooks) {
    this.#hooks = hooks;
  }

  get ended(): boolean {
    return this.#ended;
  }

  push(value: T): void {
    if (this.#ended) return;
    const reader = this.#readers.shift();
    if (reader) return reader.resolve({ value, done: false });
    this.#values.push(value);
    this.#hooks.onFull();
  }

  /** What was pushed is still read, then `last`, then it is over. */
  end(...last: [value: T] | []): void {
    for (const value of last) this.push(value);
    this.#finish();
  }

  /** What was pushed is still read, then the reader gets the error. */
  fail(error: unknown): void {
    if (this.#ended) return;
    this.#failure = { error };
    this.#finish();
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#values.length > 0) return Promise.resolve({ value: this.#values.shift() as T, done: false });
    if (this.#ended) return this.#last();
    return new Promise((resolve, reject) => {
      this.#readers.push({ resolve, reject });
      this.#hooks.onWaiting();
    });
  }

  /** Nobody reads it any more: whoever waits is told that it is over, what was not read is dropped. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.#values.length = 0;
    this.#failure = undefined;
    this.#finish();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const { resolve, reject } of this.#readers.splice(0)) this.#last().then(resolve, reject);
    this.#hooks.onEnd();
  }

  // The error is thrown once: after that the iterator is over, as a generator would be.
  #last(): Promise<IteratorResult<T, undefined>> {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) return Promise.reject(failure.error instanceof Error ? failure.error : new Error(String(failure.error)));
    return Promise.resolve({ value: undefined, done: true });
  }
}
