import { AnswerUnusable } from './transport.ts';

export interface StreamEvent {
  /** `message` when the stream does not say. */
  readonly name: string;
  readonly data: string;
}

/** Reads `text/event-stream` (HTML Living Standard §9.2.6) piece by piece. Ids and reconnection times mean nothing to the router. */
export class EventStreamParser {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  readonly #maxBytes: number;
  #line = '';
  #afterCarriageReturn = false;
  #name = '';
  #data: string[] = [];
  /** Of the event that is being read. */
  #bytes = 0;

  constructor(maxEventBytes: number) {
    this.#maxBytes = maxEventBytes;
  }

  /**
   * @returns the events that are complete with this piece
   * @throws AnswerUnusable when an event is too long or not UTF-8
   */
  read(piece: Buffer): StreamEvent[] {
    const events: StreamEvent[] = [];
    const lines = this.#decode(piece).split(/\r\n|\r|\n/);
    const last = lines.length - 1;
    for (const [index, text] of lines.entries()) {
      this.#bytes += text.length;
      if (this.#bytes > this.#maxBytes) throw new AnswerUnusable(`an event is longer than ${this.#maxBytes} bytes`);
      this.#line += text;
      if (index === last) break;
      const event = this.#endLine();
      if (event) events.push(event);
    }
    return events;
  }

  #decode(piece: Buffer): string {
    let text: string;
    try {
      text = this.#decoder.decode(piece, { stream: true });
    } catch {
      throw new AnswerUnusable('an event is not UTF-8');
    }
    if (text === '') return text;
    // A line may end with \r\n, and the piece between the two.
    if (this.#afterCarriageReturn && text.startsWith('\n')) text = text.slice(1);
    this.#afterCarriageReturn = text.endsWith('\r');
    return text;
  }

  #endLine(): StreamEvent | null {
    const line = this.#line;
    this.#line = '';
    if (line === '') return this.#endEvent();
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') this.#name = value;
    else if (field === 'data') this.#data.push(value);
    else if (field === '' && this.#data.length === 0) this.#bytes = 0; // a comment: keeps the line alive, takes no space
    return null;
  }

  #endEvent(): StreamEvent | null {
    const event = { name: this.#name || 'message', data: this.#data.join('\n') };
    const isEvent = this.#data.length > 0 || this.#name !== ''; // `event: complete` comes without data
    this.#name = '';
    this.#data = [];
    this.#bytes = 0;
    return isEvent ? event : null;
  }
}
