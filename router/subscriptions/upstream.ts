import type { FormattedExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import { defectForLog } from '#chassis/log-defect.ts';
import type { RouterContext } from '../request-context.ts';
import { clientTooSlow, unexpectedFailure } from './last-results.ts';
import { operationContext } from './operation-context.ts';
import { isLast, isStream } from './operations.ts';
import type { ClientOperation, GraphOperations, ResultStream } from './operations.ts';
import { ResultQueue } from './result-queue.ts';

export interface UpstreamOptions {
  readonly operations: Pick<GraphOperations, 'subscribe'>;
  readonly operation: ClientOperation;
  /** Of the member that comes first: its request id goes to the subgraphs. */
  readonly first: RouterContext;
  readonly log: Logger;
  readonly deadlineMs: number;
  readonly queuedResults: number;
  /** Nobody can join any more. */
  readonly onClose: () => void;
}

/** One subscription to the graph and everyone who listens to it. It is read as fast as its fastest member reads. */
export class Upstream {
  readonly #options: UpstreamOptions;
  readonly #context: RouterContext;
  readonly #leave: () => void;
  readonly #members = new Map<ResultQueue, string>();
  readonly #opening: Promise<ResultStream | FormattedExecutionResult>;
  #source: ResultStream | undefined;
  #latest: FormattedExecutionResult | undefined;
  #closed = false;
  #wanted = false;
  #wake: () => void = () => undefined;

  constructor(options: UpstreamOptions) {
    const { first, log, deadlineMs } = options;
    this.#options = options;
    const { context, leave } = operationContext({
      caller: first.caller,
      requestId: first.requestId,
      origin: first.origin,
      log,
      deadlineMs,
    });
    this.#context = context;
    this.#leave = leave;
    this.#opening = this.#open();
  }

  /** Would somebody who joins now miss something? */
  get hasBegun(): boolean {
    return this.#latest !== undefined;
  }

  /** The stream of one member, which begins with the newest result there is; or the result that refuses the subscription. */
  async join({ requestId, record }: RouterContext, left: AbortSignal): Promise<ResultStream | FormattedExecutionResult> {
    const member = new ResultQueue({
      capacity: this.#options.queuedResults,
      onWait: () => {
        this.#wanted = true;
        this.#wake();
      },
      onReturn: () => this.#dismiss(member),
    });
    this.#members.set(member, requestId);
    if (this.#latest) member.push(this.#latest);
    if (requestId !== this.#context.requestId) record.upstreamRequestId = this.#context.requestId;
    const leave = (): void => void member.return();
    left.addEventListener('abort', leave, { once: true });
    if (left.aborted) leave();
    const opened = await this.#opening;
    left.removeEventListener('abort', leave);
    return isStream(opened) ? member : opened;
  }

  async #open(): Promise<ResultStream | FormattedExecutionResult> {
    const { operations, operation } = this.#options;
    // In a turn of its own: the one who opens it is a member by then.
    const opened = await Promise.resolve()
      .then(() => operations.subscribe(operation, this.#context))
      .catch((error: unknown) => this.#unexpected(error));
    if (!isStream(opened)) {
      this.#close();
      return opened;
    }
    this.#source = opened;
    if (this.#closed) void this.#closeSource();
    else void this.#pump(opened);
    return opened;
  }

  async #pump(source: ResultStream): Promise<void> {
    try {
      while (await this.#someoneWaits()) {
        const step = await source.next();
        if (step.done) break;
        this.#spread(step.value);
        if (isLast(step.value)) break;
      }
    } catch (error) {
      this.#spread(this.#unexpected(error));
    } finally {
      this.#close();
    }
  }

  #spread(result: FormattedExecutionResult): void {
    this.#latest = result;
    this.#wanted = false; // whoever waits is served now
    for (const [member, requestId] of this.#members) {
      if (member.push(result)) continue;
      member.endWith(clientTooSlow(requestId));
      this.#dismiss(member);
    }
  }

  /** Back-pressure: what nobody waits for is not asked for. */
  async #someoneWaits(): Promise<boolean> {
    while (!this.#closed && !this.#wanted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return !this.#closed;
  }

  #dismiss(member: ResultQueue): void {
    if (this.#members.delete(member) && this.#members.size === 0) this.#close();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#options.onClose();
    for (const member of this.#members.keys()) member.end();
    this.#leave();
    void this.#closeSource();
    this.#wake();
  }

  async #closeSource(): Promise<void> {
    await this.#source?.return().catch((error: unknown) => this.#unexpected(error));
  }

  #unexpected(error: unknown): FormattedExecutionResult {
    this.#context.log.error({ defect: defectForLog(error) }, 'a subscription failed unexpectedly');
    return unexpectedFailure(this.#context.requestId);
  }
}
