import type { WebSocket } from 'ws';
import type { Beating } from './heartbeat.ts';
import type { SubscriptionLimits } from './limits.ts';

const mostUnansweredPings = 2;

/**
 * What goes out over one socket. Results take turns, each when the network has taken the one before: while a client does not read,
 * one result waits in memory and the others are not even produced.
 */
export class SocketWriter implements Beating {
  readonly #socket: WebSocket;
  readonly #limits: SubscriptionLimits;
  readonly #cutOff: () => void;
  #turn: Promise<void> = Promise.resolve();
  #writes = 0;
  /** When the network last took something, or the first of the writes under way began. */
  #progressAt = 0;
  #unansweredPings = 0;

  constructor(socket: WebSocket, limits: SubscriptionLimits, cutOff: () => void) {
    this.#socket = socket;
    this.#limits = limits;
    this.#cutOff = cutOff;
    socket.on('pong', () => {
      this.#unansweredPings = 0;
    });
  }

  /** Resolves when the network has taken it. */
  sendInTurn(text: () => string | null): Promise<void> {
    this.#turn = this.#turn.then(() => {
      const message = text();
      return message === null ? undefined : this.#write(message);
    });
    return this.#turn;
  }

  /** For the short messages of the protocol. */
  sendNow(text: string): void {
    void this.#write(text);
  }

  beat(now: number): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#writes > 0) {
      // A ping would wait behind it.
      if (now - this.#progressAt > this.#limits.slowMs) this.#cutOff();
      return;
    }
    if (this.#unansweredPings >= mostUnansweredPings) return this.#cutOff();
    this.#unansweredPings += 1;
    this.#socket.ping();
  }

  async #write(text: string): Promise<void> {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    // Pings of the client cost us memory when it does not read our pongs.
    if (this.#socket.bufferedAmount > this.#limits.bufferedBytes) return this.#cutOff();
    if (this.#writes === 0) this.#progressAt = performance.now();
    this.#writes += 1;
    await new Promise<void>((resolve) => {
      this.#socket.send(text, () => resolve()); // a failed write is followed by 'close'
    });
    this.#writes -= 1;
    this.#progressAt = performance.now();
  }
}
