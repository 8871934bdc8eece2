import type { SubscribeMessage } from 'graphql-ws';
import type { Caller, Origin } from '#chassis/caller.ts';
import { requestIdFrom } from '../request-id.ts';
import type { ClientServices } from './client-services.ts';
import { forbiddenCharacter, tooManyOperations } from './last-results.ts';
import { RunningOperation } from './running-operation.ts';
import type { StopReason } from './running-operation.ts';
import { SocketAnswers } from './socket-answers.ts';
import type { SocketWriter } from './socket-writer.ts';

type Services = Omit<ClientServices, 'sessions'>;

interface Operation {
  readonly running: RunningOperation;
  readonly answers: SocketAnswers;
}

/** What runs on one socket, by the ids that its client chose. */
export class SocketOperations {
  readonly #services: Services;
  readonly #writer: Pick<SocketWriter, 'sendInTurn' | 'sendNow'>;
  readonly #operations = new Map<string, Operation>();
  readonly #origin: Origin;
  /** Queries and mutations that the client has left and that still run: they cost until they have stopped. */
  #abandoned = 0;
  #idleSince = performance.now();

  /** @param address of the client, by the request that opened the socket */
  constructor(services: Services, writer: Pick<SocketWriter, 'sendInTurn' | 'sendNow'>, address: string | undefined) {
    this.#services = services;
    this.#writer = writer;
    this.#origin = { address };
  }

  has(id: string): boolean {
    return this.#operations.has(id);
  }

  idleMs(now: number): number {
    return this.#operations.size === 0 ? now - this.#idleSince : 0;
  }

  start({ id, payload }: SubscribeMessage, caller: Caller | null, hasNulCharacter: boolean): void {
    const requestId = requestIdFrom(undefined);
    const isFull = this.#operations.size + this.#abandoned >= this.#services.limits.operationsPerSocket;
    if (hasNulCharacter || isFull) {
      // Out of turn: refusals that waited for a client that does not read would be without number.
      const answers = new SocketAnswers(id, async (text) => this.#writer.sendNow(text() ?? ''));
      return void answers.refuse(hasNulCharacter ? forbiddenCharacter(requestId) : tooManyOperations(requestId));
    }
    const answers = new SocketAnswers(id, (text) => this.#writer.sendInTurn(text));
    const { query, operationName, variables, extensions } = payload;
    const running = new RunningOperation(this.#services, {
      operation: {
        query: query || undefined, // a client that sends a hash sends an empty text
        extensions: extensions ?? undefined,
        operationName: operationName ?? undefined,
        variables: variables ?? undefined,
      },
      caller,
      requestId,
      origin: this.#origin,
      protocol: 'websocket',
      mayMutate: true,
      answers,
    });
    const operation = { running, answers };
    this.#operations.set(id, operation);
    void running.done.then(() => {
      if (this.#operations.get(id) === operation) this.#forget(id);
    });
  }

  /** The client is not interested any more, and may use the id again. */
  complete(id: string): void {
    const operation = this.#operations.get(id);
    if (!operation) return; // it was over before the client knew
    const { running, answers } = operation;
    this.#forget(id);
    answers.silence();
    running.stop('client left');
    if (!running.goesOn) return;
    this.#abandoned += 1;
    void running.done.then(() => {
      this.#abandoned -= 1;
    });
  }

  /** Nobody hears of it. */
  stop(reason: StopReason): void {
    for (const { running, answers } of this.#operations.values()) {
      answers.silence();
      running.stop(reason);
    }
  }

  /** Every subscription hears why; queries and mutations are answered. Resolves when all is said. */
  async end(reason: 'token ended' | 'logged off'): Promise<void> {
    const operations = [...this.#operations.values()];
    for (const { running } of operations) running.stop(reason);
    await Promise.all(operations.map(({ running }) => running.done));
  }

  #forget(id: string): void {
    this.#operations.delete(id);
    this.#idleSince = performance.now();
  }
}
