import type { GraphQLFormattedError } from 'graphql';
import type { Caller, Origin } from '#chassis/caller.ts';

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

export type Headers = Readonly<Record<string, string>>;

/** Headers that prove for whom this body is sent, and nothing else. */
export type Identify = (body: string) => Headers;

/** For whom a subgraph is asked: as headers for HTTP, as it is for a call in the same process. */
interface OnBehalf {
  readonly headers: Headers;
  /** Null: nobody was asked who they are. */
  readonly caller: Caller | null;
  readonly requestId: string;
  readonly origin: Origin;
}

/** A query or mutation to a subgraph, in no particular protocol. */
export interface SubgraphRequest extends Ask, OnBehalf {
  /**
   * Here a transport says how its work is stopped when nobody waits for the answer any more (deadline, client gone). It need not:
   * the client has its answer already.
   */
  onCancel(cancel: () => void): void;
}

/** A subscription to a subgraph. It has no deadline. */
export interface SubscriptionRequest extends Ask, OnBehalf {
  /** Closes it. */
  readonly signal: AbortSignal;
}

/** As HTTP brings it: a status code and text. */
export interface TextAnswer {
  readonly status: number;
  readonly body: string;
}

/** As a subgraph in the same process gives it. The caller may change `result` in place. */
export interface ResultAnswer {
  readonly result: {
    readonly data?: Record<string, unknown> | null | undefined;
    readonly errors?: readonly GraphQLFormattedError[] | undefined;
  };
}

export type SubgraphAnswer = TextAnswer | ResultAnswer;

/** How the router reaches one subgraph: over HTTP, or inside the same process. */
export interface SubgraphTransport {
  /** Are all its answers text? Text can be given to several callers, a result belongs to one. */
  readonly answersText: boolean;
  /** @throws when no whole answer arrived: TransportFailure or AnswerUnusable */
  send(request: SubgraphRequest): Promise<SubgraphAnswer>;
  /**
   * One answer for each event; ends when the subgraph has completed it or `signal` has closed it. A refusal is one last answer, with
   * its status. `return()` closes it at once, also while `next()` waits.
   * @throws when the line breaks: TransportFailure or AnswerUnusable
   */
  subscribe(request: SubscriptionRequest): AsyncIterableIterator<SubgraphAnswer>;
  /** Is the subgraph ready for requests? Answers within about a second. */
  ready(): Promise<boolean>;
  close(): Promise<void>;
}

/** Nobody listens, or the line broke before the answer was there. */
export class TransportFailure extends Error {
  /** False when it is certain that the subgraph has seen nothing of the request. */
  readonly sent: boolean;
  /** May another attempt fare better? A broken protocol stays broken. */
  readonly passing: boolean;
  /** @param reason for the log: a code such as ECONNREFUSED, never an address */
  constructor(reason: string, { sent, passing }: { readonly sent: boolean; readonly passing: boolean }) {
    super(reason);
    this.name = 'TransportFailure';
    this.sent = sent;
    this.passing = passing;
  }
}

/** An answer came that the router does not take: too long, not UTF-8. */
export class AnswerUnusable extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'AnswerUnusable';
  }
}
