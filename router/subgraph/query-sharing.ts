import type { Caller } from '#chassis/caller.ts';
import type { RouterContext } from '../request-context.ts';
import type { Exchange } from './exchange.ts';

/** Counts the mutations that have ended in this router, whatever came of them. */
export class MutationCount {
  ended = 0;
}

interface Running {
  readonly exchange: Exchange;
  /** How many mutations had ended when it began. */
  readonly began: number;
}

/**
 * Queries to one subgraph that are on their way, for others that ask the same. "The same" is: for the same caller, from the same place
 * and by the same document, with the same text and variables. Nothing else of the client's request goes to a subgraph but its id and the
 * deadline; whoever passes on more must put it into the key.
 */
export class RunningQueries {
  readonly #mutations: MutationCount;
  readonly #running = new Map<string, Running>();

  constructor(mutations: MutationCount) {
    this.#mutations = mutations;
  }

  /** A query that may be joined: it began after the last mutation ended, so that everyone reads what they have written. */
  find(key: string): Exchange | undefined {
    const found = this.#running.get(key);
    return found && found.began === this.#mutations.ended && !found.exchange.abandoned ? found.exchange : undefined;
  }

  add(key: string, exchange: Exchange): void {
    this.#running.set(key, { exchange, began: this.#mutations.ended });
  }

  remove(key: string, exchange: Exchange): void {
    if (this.#running.get(key)?.exchange === exchange) this.#running.delete(key);
  }
}

const callerTexts = new WeakMap<Caller, string>();

/** @param body JSON, so that it has no line break of its own */
export function sharingKey({ caller, origin }: Pick<RouterContext, 'caller' | 'origin'>, body: string): string {
  return `${caller ? textOf(caller) : ''}\n${origin.address ?? ''}\n${origin.operationHash ?? ''}\n${body}`;
}

function textOf(caller: Caller): string {
  let text = callerTexts.get(caller);
  if (text === undefined) callerTexts.set(caller, (text = JSON.stringify(caller)));
  return text;
}
