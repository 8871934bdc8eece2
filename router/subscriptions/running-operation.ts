import type { FormattedExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import { defectForLog } from '#chassis/log-defect.ts';
import type { Caller, Origin } from '#chassis/caller.ts';
import type { RouterContext } from '../request-context.ts';
import { loggedOff, mutationByGet, tokenEnded, unexpectedFailure } from './last-results.ts';
import { operationContext } from './operation-context.ts';
import { logOperation, nameOperation, recordEvent, recordResult } from './operation-log.ts';
import { isLast, isStream } from './operations.ts';
import type { ClientOperation, GraphOperations, OperationKind, SentOperation } from './operations.ts';
import type { SharedSubscriptions } from './shared-subscriptions.ts';

export type StopReason = 'client left' | 'token ended' | 'logged off' | 'too slow' | 'shutting down';

/** What a client hears of why its operation ended. Of the other reasons it hears from its connection, or not any more. */
const lastWords = new Map<StopReason | undefined, (requestId: string) => FormattedExecutionResult>([
  ['token ended', tokenEnded],
  ['logged off', loggedOff],
]);

/** How a protocol says things to its client. A promise resolves when the network has taken it. */
export interface Answers {
  /** Not executed. */
  refuse(result: FormattedExecutionResult): Promise<void>;
  /** The one result of a query or mutation. */
  answer(result: FormattedExecutionResult): Promise<void>;
  /** The subscription is open. */
  begin(): Promise<void>;
  /** One result of a subscription, or a last word (`isLast`) to whatever runs. */
  event(result: FormattedExecutionResult): Promise<void>;
  complete(): Promise<void>;
}

/** What every operation needs, whoever sends it. */
export interface OperationServices {
  readonly operations: GraphOperations;
  readonly subscriptions: SharedSubscriptions;
  readonly log: Logger;
  readonly deadlineMs: number;
}

export interface OperationRequest {
  readonly operation: SentOperation;
  readonly caller: Caller | null;
  readonly requestId: string;
  readonly origin: Origin;
  readonly protocol: 'websocket' | 'sse' | 'multipart';
  /** False for GET. */
  readonly mayMutate: boolean;
  readonly answers: Answers;
}

/** One operation of a client from its first message to its log line, the same for every protocol. */
export class RunningOperation {
  /** Never rejects. */
  readonly done: Promise<void>;
  readonly #services: OperationServices;
  readonly #request: OperationRequest;
  readonly #context: RouterContext;
  readonly #leave: () => void;
  readonly #stopped = new AbortController();
  #reason: StopReason | undefined;
  #isChecked = false;
  #isExecuting = false;
  #events: number | undefined;

  constructor(services: OperationServices, request: OperationRequest) {
    this.#services = services;
    this.#request = request;
    const { context, leave } = operationContext({ ...request, ...services });
    this.#context = context;
    this.#leave = leave;
    this.done = this.#run(performance.now());
  }

  /** Goes on when its client leaves: a query or mutation, or what is still being looked at. */
  get goesOn(): boolean {
    return this.#isExecuting || !this.#isChecked;
  }

  /**
   * Its upstream is closed at once. A query or mutation that began with a good token is answered when that ends, as over HTTP.
   */
  stop(reason: StopReason): void {
    if (this.#reason || (lastWords.has(reason) && this.#isExecuting)) return;
    this.#reason = reason;
    this.#leave();
    this.#stopped.abort();
  }

  async #run(startedAt: number): Promise<void> {
    const { log, record, requestId } = this.#context;
    const { answers, protocol } = this.#request;
    try {
      await this.#serve();
      const why = lastWords.get(this.#reason)?.(requestId);
      if (why) {
        recordEvent(record, why);
        await answers.event(why);
      }
      await answers.complete();
    } catch (error) {
      log.error({ defect: defectForLog(error) }, 'an operation failed unexpectedly');
      recordEvent(record, unexpectedFailure(requestId));
      await answers.event(unexpectedFailure(requestId));
      await answers.complete();
    } finally {
      const durationMs = performance.now() - startedAt;
      logOperation(log, record, { protocol, ended: this.#reason ?? 'completed', durationMs, events: this.#events });
    }
  }

  async #serve(): Promise<void> {
    const { mayMutate, answers } = this.#request;
    const asked = await this.#services.operations.kindOf(this.#request.operation, this.#context);
    this.#isChecked = true;
    if ('refused' in asked) return this.#refuse(asked.refused);
    if (this.#reason === 'token ended') return;
    const { operation } = asked;
    if (asked.kind === 'subscription') return this.#stream(operation, asked.newestSaysAll);
    if (asked.kind === 'mutation' && !mayMutate) return this.#refuse(mutationByGet(this.#context.requestId), asked.kind);
    this.#isExecuting = true;
    const execution = this.#services.operations.execute(operation, this.#context);
    const result = await this.#unlessStopped(execution);
    if (result) await this.#unlessStopped(answers.answer(result));
    recordResult(this.#context.record, operation, asked.kind, await execution);
  }

  async #stream(operation: ClientOperation, newestSaysAll = false): Promise<void> {
    const { answers } = this.#request;
    const { record } = this.#context;
    const stream = await this.#services.subscriptions.subscribe(operation, this.#context, { newestSaysAll, left: this.#stopped.signal });
    if (!isStream(stream)) return this.#refuse(stream, 'subscription');
    nameOperation(record, operation, 'subscription');
    record.outcome = 'ok';
    this.#events = 0;
    const leave = (): void => void stream.return();
    this.#stopped.signal.addEventListener('abort', leave, { once: true });
    if (this.#reason) leave();
    await this.#unlessStopped(answers.begin());
    for await (const result of stream) {
      if (this.#reason) break;
      this.#events += 1;
      recordEvent(record, result);
      await this.#unlessStopped(answers.event(result));
      if (isLast(result)) break;
    }
  }

  async #refuse(result: FormattedExecutionResult, kind?: OperationKind): Promise<void> {
    recordResult(this.#context.record, this.#request.operation, kind, result);
    if (!this.#reason) await this.#request.answers.refuse(result);
  }

  /** What a promise resolves to, or undefined as soon as the operation is stopped: a client that does not read takes for ever. */
  #unlessStopped<T>(promise: Promise<T>): Promise<T | undefined> {
    const { signal } = this.#stopped;
    if (signal.aborted) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      const stop = (): void => resolve(undefined);
      signal.addEventListener('abort', stop, { once: true });
      promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
    });
  }
}
