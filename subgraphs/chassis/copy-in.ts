import type pg from 'pg';

/** What a cell may hold. An array is a PostgreSQL array of text or enum values; a value for a jsonb column is its JSON text. */
export type CopyCell = string | number | boolean | Date | readonly string[] | null;

/** The part of pg's connection that COPY FROM STDIN needs; pg has it, its type definitions do not. */
interface CopyConnection {
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** A query of pg (its Submittable protocol) that sends one buffer of rows. */
class CopyIn implements pg.Submittable {
  readonly done: Promise<void>;
  readonly #text: string;
  readonly #rows: Buffer;
  #resolve: () => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;
  #failure: Error | null = null;

  constructor(text: string, rows: Buffer) {
    this.#text = text;
    this.#rows = rows;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  submit(connection: unknown): void {
    (connection as CopyConnection).query(this.#text);
  }

  handleCopyInResponse(connection: CopyConnection): void {
    connection.sendCopyFromChunk(this.#rows);
    connection.endCopyFrom();
  }

  handleCommandComplete(): void {
    // The count is known already; the end of the query is what follows.
  }

  handleError(error: Error): void {
    this.#failure = error;
    this.#reject(error);
  }

  handleReadyForQuery(): void {
    if (!this.#failure) this.#resolve();
  }
}

/**
 * Inserts rows with COPY, many times faster than INSERT. The fields of the rows are named as the columns are, in camel case:
 * the rows of a generated Prisma model fit. Every row has the fields of the first one.
 * @returns how many rows
 */
export async function copyIn(client: pg.Client, table: string, rows: readonly object[]): Promise<number> {
  const [first] = rows;
  if (!first) return 0;
  const fields = Object.keys(first);
  const columns = fields.map((field) => `"${columnOf(field)}"`).join(', ');
  const text = rows
    .map((row) => `${fields.map((field) => cell((row as Record<string, CopyCell | undefined>)[field])).join('\t')}\n`)
    .join('');
  const copy = new CopyIn(`copy "${table}" (${columns}) from stdin`, Buffer.from(text));
  client.query(copy);
  await copy.done;
  return rows.length;
}

const columnOf = (field: string): string => field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const escaped = (text: string): string =>
  /[\\\t\n\r]/.test(text) ? text.replaceAll(/[\\\t\n\r]/g, (character) => escapes[character] ?? character) : text;

/** The text format of COPY (PostgreSQL manual, COPY, "Text Format"). */
function cell(value: CopyCell | undefined): string {
  if (value === null) return '\\N';
  if (typeof value === 'string') return escaped(value);
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value))
    return escaped(`{${value.map((item) => `"${String(item).replaceAll(/["\\]/g, (character) => `\\${character}`)}"`).join(',')}}`);
  throw new TypeError(`a row cannot hold ${String(value)}`);
}
