import { isDeepStrictEqual } from 'node:util';

/** Is an answer the expected one? Bytes that were found right once are compared as bytes from then on, which costs next to nothing. */
export class AnswerCheck {
  readonly #expected: unknown;
  #right: Buffer | null = null;

  /** @param expected the answer as JSON; the order of its keys is free */
  constructor(expected: string) {
    this.#expected = JSON.parse(expected);
  }

  /** What is wrong, or null. @param chunks the answer as it came */
  complaintAbout(chunks: readonly Buffer[]): string | null {
    if (this.#right && sameBytes(chunks, this.#right)) return null;
    const bytes = Buffer.concat(chunks);
    const answer: unknown = JSON.parse(bytes.toString());
    if (!isDeepStrictEqual(withoutExtensions(answer), this.#expected)) return `another answer: ${bytes.toString().slice(0, 300)}`;
    this.#right = bytes;
    return null;
  }
}

// What a server says about itself beside the data is its own affair.
function withoutExtensions(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null) return answer;
  return Object.fromEntries(Object.entries(answer).filter(([key]) => key !== 'extensions'));
}

function sameBytes(chunks: readonly Buffer[], whole: Buffer): boolean {
  let offset = 0;
  for (const chunk of chunks) {
    if (offset + chunk.length > whole.length || chunk.compare(whole, offset, offset + chunk.length) !== 0) return false;
    offset += chunk.length;
  }
  return offset === whole.length;
}
