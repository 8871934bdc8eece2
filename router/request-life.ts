/** Why nobody waits for an answer any more. */
export type EndReason = 'deadline' | 'clientLeft';

/** Something that goes on for a client request. */
export interface Pending {
  /** What a mutation began is not torn apart because nobody waits: it ends by itself or at the deadline. */
  readonly outlivesClient: boolean;
  /** Called once at most. */
  stop(reason: EndReason): void;
}

/** How long one client request lasts: one timer and no AbortSignal, however many subgraphs it asks. */
export class RequestLife {
  readonly startedAt: number;
  /** Instant on the clock of `performance.now()` after which no subgraph is asked any more. */
  readonly deadline: number;
  readonly #pending = new Set<Pending>();
  #timer: NodeJS.Timeout | undefined;
  #clientLeft = false;
  readonly #listeners: (() => void)[] = [];

  /** @param options.startedAt on the clock of `performance.now()` */
  constructor({ startedAt, deadlineMs }: { readonly startedAt: number; readonly deadlineMs: number }) {
    this.startedAt = startedAt;
    this.deadline = startedAt + deadlineMs;
  }

  /** The client has gone before its answer was sent. */
  get clientLeft(): boolean {
    return this.#clientLeft;
  }

  remainingMs(): number {
    return Math.floor(this.deadline - performance.now());
  }

  /** `pending` hears of the end, unless it is removed before. */
  add(pending: Pending): void {
    this.#pending.add(pending);
    // Once, and not for each request to a subgraph: to set and clear it every time costs more than the rest of this class.
    this.#timer ??= setTimeout(() => this.#stop('deadline', () => true), Math.max(1, this.remainingMs())).unref();
  }

  remove(pending: Pending): void {
    this.#pending.delete(pending);
    if (this.#clientLeft) this.end();
  }

  /** `listener` hears when the client has gone; at once, when it has gone already. */
  onLeave(listener: () => void): void {
    if (this.#clientLeft) listener();
    else this.#listeners.push(listener);
  }

  /** The client has gone: its queries are cancelled, its mutations are not. */
  leave(): void {
    this.#clientLeft = true;
    for (const listener of this.#listeners.splice(0)) listener();
    this.#stop('clientLeft', ({ outlivesClient }) => !outlivesClient);
    this.end();
  }

  /** The answer is sent: stops the clock, unless a mutation still needs it. Who does not say so leaves a timer that keeps nothing alive. */
  end(): void {
    if (this.#pending.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #stop(reason: EndReason, concerns: (pending: Pending) => boolean): void {
    for (const pending of this.#pending) {
      if (!concerns(pending)) continue;
      this.#pending.delete(pending);
      pending.stop(reason);
    }
  }
}
