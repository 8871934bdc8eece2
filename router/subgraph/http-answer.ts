import { isUtf8 } from 'node:buffer';
import type { Dispatcher } from 'undici';
import { transportFailure } from './http-failure.ts';
import { AnswerUnusable } from './transport.ts';
import type { TextAnswer } from './transport.ts';

type Controller = Dispatcher.DispatchController;

/** Collects one answer of undici's dispatch: no stream, no signal, because this runs several times for each client request. */
export class AnswerHandler implements Dispatcher.DispatchHandler {
  readonly #maxBytes: number;
  readonly #resolve: (answer: TextAnswer) => void;
  readonly #reject: (error: Error) => void;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #status = 0;
  #controller: Controller | undefined;
  #cancelled = false;

  constructor(maxBytes: number, resolve: (answer: TextAnswer) => void, reject: (error: Error) => void) {
    this.#maxBytes = maxBytes;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Closes the connection. A request that still waits for one is dropped when its turn comes. */
  cancel(): void {
    this.#cancelled = true;
    this.#controller?.abort(cancelled);
    this.#reject(cancelled);
  }

  /** undici calls this directly before it writes the request. */
  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#cancelled) controller.abort(cancelled);
  }

  onResponseStart(_controller: Controller, status: number): void {
    this.#status = status; // of a 1xx first, maybe
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBytes) controller.abort(new AnswerUnusable(`the answer is longer than ${this.#maxBytes} bytes`));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const [first] = this.#chunks;
    const bytes = this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks, this.#bytes);
    // Decoding alone would put U+FFFD in place of what it cannot read, and nobody would see that data was lost.
    if (isUtf8(bytes)) this.#resolve({ status: this.#status, body: bytes.toString('utf8') });
    else this.#reject(new AnswerUnusable('the answer is not UTF-8'));
  }

  onResponseError(_controller: Controller | undefined, error: Error): void {
    this.#reject(transportFailure(error, this.#controller !== undefined));
  }
}

const cancelled = new Error('cancelled');
