import type { GraphQLError } from 'graphql';
import type { ErrorPath } from '../client-errors.ts';
import type { Json } from './json-object.ts';

/** The data of an answer, as the JSON that the client gets. */
export class AnswerText {
  readonly text: string;
  #value: Json | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** Parsed when somebody looks: for errors, logs and protocols that wrap answers. */
  get value(): Json {
    return (this.#value ??= JSON.parse(this.text) as Json);
  }

  toJSON(): Json {
    return this.value;
  }
}

export interface RouterResult {
  /** Left out when nothing was executed. */
  readonly data?: AnswerText | null;
  readonly errors?: readonly GraphQLError[];
}

/** A part of an answer that came later (`@defer`). */
export interface LaterResult {
  /** The client's. */
  readonly label: string | undefined;
  /** Where in the answer the data belong. */
  readonly path: ErrorPath;
  readonly data: AnswerText | null;
  readonly errors?: readonly GraphQLError[];
}

export interface AnswerInParts {
  readonly first: RouterResult;
  /** Each time all parts that are ready; ends with the last one. */
  readonly later: AsyncGenerator<readonly LaterResult[], void, void>;
}
