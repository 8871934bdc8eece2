import type { Dispatcher } from 'undici';
import { EventStreamParser } from './event-stream.ts';
import { AnswerHandler } from './http-answer.ts';
import { transportFailure } from './http-failure.ts';
import { PushIterator } from './push-iterator.ts';
import { TransportFailure } from './transport.ts';
import type { SubgraphAnswer } from './transport.ts';

export interface HttpSubscriptionOptions {
  /** Longest event, and longest refusal. */
  readonly maxBytes: number;
  /** Closes it. */
  readonly signal: AbortSignal;
}

type Controller = Dispatcher.DispatchController;

/**
 * A subscription by "GraphQL over Server-Sent Events" in distinct connections mode: `next` events carry results, `complete` ends it.
 * @param dispatch sends the request with this handler
 */
export function subscribeOverHttp(
  dispatch: (handler: Dispatcher.DispatchHandler) => void,
  { maxBytes, signal }: HttpSubscriptionOptions,
): AsyncIterableIterator<SubgraphAnswer> {
  const handler = new SubscriptionHandler(maxBytes, () => signal.removeEventListener('abort', close));
  const close = () => void handler.answers.return();
  signal.addEventListener('abort', close, { once: true });
  if (signal.aborted) close();
  else dispatch(handler);
  return handler.answers;
}

class SubscriptionHandler implements Dispatcher.DispatchHandler {
  /** What the reader sees. */
  readonly answers: PushIterator<SubgraphAnswer>;
  readonly #parser: EventStreamParser;
  /** Takes an answer that is no event stream. */
  readonly #refusal: AnswerHandler;
  #controller: Controller | undefined;
  #isStream = false;

  constructor(maxBytes: number, ended: () => void) {
    this.#parser = new EventStreamParser(maxBytes);
    this.answers = new PushIterator<SubgraphAnswer>({
      // While the reader is busy nothing more is read from the line: the subgraph feels it, our memory does not.
      onWaiting: () => this.#controller?.resume(),
      onFull: () => this.#controller?.pause(),
      onEnd: () => {
        this.#controller?.abort(closed);
        ended();
      },
    });
    this.#refusal = new AnswerHandler(
      maxBytes,
      (answer) => this.answers.end(answer),
      (error) => this.answers.fail(error),
    );
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    this.#refusal.onRequestStart(controller);
    if (this.answers.ended) controller.abort(closed);
  }

  onResponseStart(controller: Controller, status: number, headers: Record<string, string | string[] | undefined>): void {
    this.#isStream = status === 200 && /^text\/event-stream\b/i.test(String(headers['content-type'] ?? ''));
    if (!this.#isStream) this.#refusal.onResponseStart(controller, status);
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (!this.#isStream) return this.#refusal.onResponseData(controller, chunk);
    try {
      for (const { name, data } of this.#parser.read(chunk)) {
        if (name === 'next') this.answers.push({ status: 200, body: data });
        else if (name === 'complete') this.answers.end();
      }
    } catch (error) {
      this.answers.fail(error);
    }
  }

  onResponseEnd(): void {
    if (!this.#isStream) this.#refusal.onResponseEnd();
    // A stream that stops without `complete` was broken off: by a proxy, or by a service that is restarted.
    else this.answers.fail(new TransportFailure('the stream ended before it was complete', { sent: true, passing: true }));
  }

  onResponseError(_controller: Controller | undefined, error: Error): void {
    this.answers.fail(transportFailure(error, this.#controller !== undefined));
  }
}

const closed = new Error('closed');
