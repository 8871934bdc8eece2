import { MessageType } from 'graphql-ws';
import type { FormattedExecutionResult } from 'graphql';
import { isLast } from './operations.ts';
import { resultText } from './result-text.ts';
import type { Answers } from './running-operation.ts';

/** The text, or null when there is nothing to say any more; asked when the network is ready for it. */
export type SendInTurn = (text: () => string | null) => Promise<void>;

/** One operation's messages in the protocol graphql-transport-ws. */
export class SocketAnswers implements Answers {
  readonly #id: string;
  readonly #send: SendInTurn;
  #over = false;

  constructor(id: string, send: SendInTurn) {
    this.#id = id;
    this.#send = send;
  }

  /** The client has completed the operation, or its socket is gone: what waits its turn is not sent. */
  silence(): void {
    this.#over = true;
  }

  refuse(result: FormattedExecutionResult): Promise<void> {
    return this.event(result);
  }

  answer(result: FormattedExecutionResult): Promise<void> {
    return this.event(result);
  }

  async begin(): Promise<void> {} // the protocol has no message for it

  async event(result: FormattedExecutionResult): Promise<void> {
    await this.#say(() => {
      if (!isLast(result)) return this.#message(MessageType.Next, resultText(result));
      this.#over = true; // `error` ends an operation, `complete` must not follow
      return this.#message(MessageType.Error, JSON.stringify(result.errors));
    });
  }

  async complete(): Promise<void> {
    await this.#say(() => {
      this.#over = true;
      return this.#message(MessageType.Complete);
    });
  }

  #say(text: () => string): Promise<void> {
    return this.#over ? Promise.resolve() : this.#send(() => (this.#over ? null : text()));
  }

  #message(type: MessageType, payload?: string): string {
    return `{"id":${JSON.stringify(this.#id)},"type":"${type}"${payload === undefined ? '' : `,"payload":${payload}`}}`;
  }
}
