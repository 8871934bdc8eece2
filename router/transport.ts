/** An operation that the router sends to a subgraph: one object for the life of a compiled plan, so it may be a key of a cache. */
export interface SubgraphOperation {
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly query: string;
  readonly operationName: string | undefined;
}

/** What is asked of a subgraph. Text and variables are made when a transport wants them: HTTP needs the one, a call in the same process the other. */
export interface Ask {
  readonly operation: SubgraphOperation;
  /** The whole GraphQL request as JSON. */
  readonly body: () => string;
  readonly variables: () => Record<string, unknown>;
}

/** A request to a subgraph, in no particular protocol. */
export interface SubgraphRequest extends Ask {
  readonly headers: Readonly<Record<string, string>>;
  /** Aborts when the deadline has passed or the client has left. */
  readonly signal: AbortSignal;
}

export interface SubgraphAnswer {
  /** HTTP status code. */
  readonly status: number;
  readonly body: string;
}

/** How the router reaches one subgraph: over HTTP, or inside the same process. */
export interface SubgraphTransport {
  /** @throws when no whole answer arrived: nobody listens, the line broke, the signal aborted, the answer is too long */
  send(request: SubgraphRequest): Promise<SubgraphAnswer>;
  /** Is the subgraph ready for requests? Answers within about a second. */
  ready(): Promise<boolean>;
  close(): Promise<void>;
}

/** A subgraph's answer is longer than the router takes. */
export class AnswerTooLong extends Error {
  constructor(maxBytes: number) {
    super(`The answer is longer than ${maxBytes} bytes.`);
    this.name = 'AnswerTooLong';
  }
}
