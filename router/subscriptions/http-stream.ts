import type { ServerResponse } from 'node:http';
import type { FormattedExecutionResult } from 'graphql';
import { sendJson } from '#chassis/http.ts';
import { challenge } from '../client-errors.ts';
import { codesOf } from '../request-log.ts';
import type { Beating } from './heartbeat.ts';
import { shuttingDown } from './last-results.ts';
import type { SubscriptionLimits } from './limits.ts';
import type { Answers } from './running-operation.ts';
import type { StreamFormat } from './stream-format.ts';

/** A response that goes on for as long as a subscription does. */
export class HttpStream implements Answers, Beating {
  readonly #response: ServerResponse;
  readonly #format: StreamFormat;
  readonly #limits: SubscriptionLimits;
  readonly #requestId: string;
  readonly #onSlow: () => void;
  readonly #underWay = new Set<() => void>();
  /** When the network last took something, or the first of the writes under way began. */
  #progressAt = 0;

  constructor(options: {
    readonly response: ServerResponse;
    readonly format: StreamFormat;
    readonly limits: SubscriptionLimits;
    readonly requestId: string;
    readonly onSlow: () => void;
  }) {
    this.#response = options.response;
    this.#format = options.format;
    this.#limits = options.limits;
    this.#requestId = options.requestId;
    this.#onSlow = options.onSlow;
    options.response.once('close', () => {
      for (const done of this.#underWay) done();
    });
  }

  async refuse(result: FormattedExecutionResult): Promise<void> {
    const signIn = codesOf(result.errors).includes('UNAUTHENTICATED');
    if (signIn) this.#response.setHeader(challenge.name, challenge.value);
    // SSE wants errors as events: a browser's EventSource cannot read any other answer. Who is not signed in is told by HTTP in any case.
    if (signIn || !this.#format.allInside) sendJson(this.#response, signIn ? 401 : 400, result);
    else await this.#only(result);
  }

  async answer(result: FormattedExecutionResult): Promise<void> {
    if (this.#format.allInside) await this.#only(result);
    else sendJson(this.#response, 200, result);
  }

  async begin(): Promise<void> {
    this.#response.writeHead(200, {
      'content-type': this.#format.contentType,
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no', // nginx would collect events
    });
    await this.#write(this.#format.opening);
  }

  async event(result: FormattedExecutionResult): Promise<void> {
    if (this.#response.writableEnded) return; // it was refused or answered already
    if (!this.#response.headersSent) await this.begin();
    await this.#write(this.#format.result(result));
  }

  async complete(): Promise<void> {
    if (this.#response.writableEnded || this.#response.destroyed) return;
    if (this.#response.headersSent) await this.#track((done) => this.#response.end(this.#format.end, done));
    else sendJson(this.#response, 503, shuttingDown(this.#requestId));
  }

  beat(now: number): void {
    if (this.#underWay.size > 0) {
      if (now - this.#progressAt > this.#limits.slowMs) this.#onSlow();
    } else if (this.#response.headersSent && !this.#response.writableEnded) void this.#write(this.#format.heartbeat);
  }

  async #only(result: FormattedExecutionResult): Promise<void> {
    await this.begin();
    await this.event(result);
  }

  #write(text: string): Promise<void> {
    return this.#track((done) => this.#response.write(text, done));
  }

  /** Resolves when the network has taken it, or the connection has closed: then it never will. */
  async #track(output: (done: () => void) => void): Promise<void> {
    if (this.#response.destroyed || this.#response.writableFinished) return;
    if (this.#underWay.size === 0) this.#progressAt = performance.now();
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#underWay.delete(done);
        this.#progressAt = performance.now();
        resolve();
      };
      this.#underWay.add(done);
      output(done);
    });
  }
}
