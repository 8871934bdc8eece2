import type { Caller, Origin } from '#chassis/caller.ts';
import type { EndReason, Pending, RequestLife } from '../request-life.ts';
import type { RouterContext } from '../request-context.ts';
import type { Outcome } from './attempts.ts';
import type { Ask, Headers, Identify, SubgraphRequest } from './transport.ts';

/** One request to a subgraph and who waits for it: one client request, or several that share it. */
export class Exchange implements SubgraphRequest {
  readonly operation: Ask['operation'];
  readonly variables: Ask['variables'];
  /** Of the client request that began it, as are the id, the origin and the life. */
  readonly caller: Caller | null;
  readonly requestId: string;
  readonly origin: Origin;
  readonly life: RequestLife;
  readonly #makeBody: Ask['body'];
  #body: string | undefined;
  readonly #identify: Identify;
  readonly #waiters: Waiter[] = [];
  #cancel: (() => void) | undefined;
  #isDone = false;
  /** Why nobody waits any more. */
  abandoned: EndReason | undefined;

  constructor(
    ask: Ask,
    { caller, requestId, origin, life }: Pick<RouterContext, 'caller' | 'requestId' | 'origin' | 'life'>,
    identify: Identify,
  ) {
    this.operation = ask.operation;
    this.#makeBody = ask.body;
    this.variables = ask.variables;
    this.caller = caller;
    this.requestId = requestId;
    this.origin = origin;
    this.life = life;
    this.#identify = identify;
  }

  /** The same text for every attempt, and for the token that is bound to it. */
  body(): string {
    return (this.#body ??= this.#makeBody());
  }

  /** Made anew for each attempt: the second has less time. `x-deadline-ms` is how long the router waits; a subgraph need not work longer. */
  get headers(): Headers {
    const deadlineMs = String(Math.max(1, this.life.remainingMs()));
    return Object.assign({ 'x-request-id': this.requestId, 'x-deadline-ms': deadlineMs }, this.#identify(this.body()));
  }

  onCancel(cancel: () => void): void {
    this.#cancel = cancel;
    if (this.abandoned) cancel();
  }

  /** @param settle called once: with what came, or with why the request waits no longer */
  join(life: RequestLife, settle: (outcome: Outcome | EndReason) => void): void {
    const waiter = new Waiter(this, life, settle);
    this.#waiters.push(waiter);
    life.add(waiter);
  }

  /** When the last has left, nobody needs the answer. */
  leave(waiter: Waiter, reason: EndReason): void {
    this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
    if (this.#isDone || this.#waiters.length > 0) return;
    this.abandoned = reason;
    this.#cancel?.();
  }

  finish(outcome: Outcome): void {
    this.#isDone = true;
    for (const waiter of this.#waiters) {
      waiter.life.remove(waiter);
      waiter.settle(outcome);
    }
  }
}

/** One client request that waits for an exchange. */
class Waiter implements Pending {
  readonly #exchange: Exchange;
  readonly life: RequestLife;
  readonly settle: (outcome: Outcome | EndReason) => void;

  constructor(exchange: Exchange, life: RequestLife, settle: (outcome: Outcome | EndReason) => void) {
    this.#exchange = exchange;
    this.life = life;
    this.settle = settle;
  }

  get outlivesClient(): boolean {
    return this.#exchange.operation.kind === 'mutation';
  }

  stop(reason: EndReason): void {
    this.settle(reason);
    this.#exchange.leave(this, reason);
  }
}
