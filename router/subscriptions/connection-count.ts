import type { Caller } from '#chassis/caller.ts';

/** Counts what is open, in all and per caller, and says no at the limit. */
export class ConnectionCount {
  readonly #most: number;
  readonly #mostPerCaller: number;
  readonly #perCaller = new Map<string, number>();
  #total = 0;

  constructor({ connections, connectionsPerCaller }: { readonly connections: number; readonly connectionsPerCaller: number }) {
    this.#most = connections;
    this.#mostPerCaller = connectionsPerCaller;
  }

  /** @returns what gives the place back (once), or null when all are taken */
  open(): (() => void) | null {
    if (this.#total >= this.#most) return null;
    this.#total += 1;
    return once(() => {
      this.#total -= 1;
    });
  }

  /** The caller's own places. Nobody in particular has as many as there are. */
  openFor(caller: Caller | null): (() => void) | null {
    if (!caller) return () => undefined;
    const { subject } = caller;
    const open = this.#perCaller.get(subject) ?? 0;
    if (open >= this.#mostPerCaller) return null;
    this.#perCaller.set(subject, open + 1);
    return once(() => {
      const left = (this.#perCaller.get(subject) ?? 1) - 1;
      if (left > 0) this.#perCaller.set(subject, left);
      else this.#perCaller.delete(subject);
    });
  }
}

function once(effect: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    effect();
  };
}
