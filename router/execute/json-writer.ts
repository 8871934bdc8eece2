const quoteMark = 0x22;
const backslash = 0x5c;
const smallest = 64 * 1024;
/** A scratch that one huge answer has made longer than this is not kept. */
const longestKept = 4 * 1024 * 1024;

// Writing is synchronous: one answer is finished before the next begins, and all can use the same memory.
let scratch = Buffer.allocUnsafe(smallest);

/**
 * Writes JSON byte by byte into memory that is used again and again. An answer has thousands of short pieces: joined as strings they
 * would be thousands of objects for the garbage collector, and most of the cost of an answer.
 */
export class JsonWriter {
  #bytes = scratch;
  #length = 0;
  #isAscii = true;

  /** How much is written. Setting it back forgets what was written since. */
  get length(): number {
    return this.#length;
  }

  set length(length: number) {
    this.#length = length;
  }

  /** Text that consists of plain ASCII characters and is JSON as it is. */
  plain(text: string): void {
    const { length } = text;
    if (this.#length + length > this.#bytes.length) this.#grow(length);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let index = 0; index < length; index++) bytes[at++] = text.charCodeAt(index);
    this.#length = at;
  }

  /** Plain text, and behind it a string with its quotation marks: a field in one step, because most fields of an answer are strings. */
  plainAndString(plain: string, text: string): void {
    const { length: plainLength } = plain;
    const { length } = text;
    if (this.#length + plainLength + length + 2 > this.#bytes.length) this.#grow(plainLength + length + 2);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let index = 0; index < plainLength; index++) bytes[at++] = plain.charCodeAt(index);
    bytes[at++] = quoteMark;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code < 0x20 || code > 0x7e || code === quoteMark || code === backslash) {
        this.#length += plainLength;
        return this.json(JSON.stringify(text));
      }
      bytes[at++] = code;
    }
    bytes[at++] = quoteMark;
    this.#length = at;
  }

  /** A string, with its quotation marks. */
  string(text: string): void {
    const { length } = text;
    if (this.#length + length + 2 > this.#bytes.length) this.#grow(length + 2);
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = quoteMark;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code < 0x20 || code > 0x7e || code === quoteMark || code === backslash) return this.json(JSON.stringify(text));
      bytes[at++] = code;
    }
    bytes[at++] = quoteMark;
    this.#length = at;
  }

  /** Any JSON. */
  json(text: string): void {
    const most = text.length * 3;
    if (this.#length + most > this.#bytes.length) this.#grow(most);
    const written = this.#bytes.write(text, this.#length, 'utf8');
    if (written !== text.length) this.#isAscii = false;
    this.#length += written;
  }

  /** What was written from `start` to `end`, once more. */
  again(start: number, end: number): void {
    const length = end - start;
    if (this.#length + length > this.#bytes.length) this.#grow(length);
    this.#bytes.copyWithin(this.#length, start, end);
    this.#length += length;
  }

  toString(): string {
    if (this.#bytes.length > longestKept && this.#bytes === scratch) scratch = Buffer.allocUnsafe(smallest);
    return this.#isAscii ? this.#bytes.toString('latin1', 0, this.#length) : this.#bytes.toString('utf8', 0, this.#length);
  }

  #grow(more: number): void {
    const longer = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + more));
    this.#bytes.copy(longer, 0, 0, this.#length);
    this.#bytes = scratch = longer;
  }
}
