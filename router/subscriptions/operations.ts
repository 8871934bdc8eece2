import type { FormattedExecutionResult } from 'graphql';
import type { SentDocument } from '../limits/documents.ts';
import type { RouterContext } from '../request-context.ts';

/** One operation as a client sends it: with its document, or with what names it. */
export interface SentOperation extends SentDocument {
  readonly operationName?: string | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

/** One operation with the document that is meant. */
export interface ClientOperation {
  readonly query: string;
  readonly operationName?: string | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

export type OperationKind = 'query' | 'mutation' | 'subscription';

export interface AcceptedOperation {
  readonly operation: ClientOperation;
  readonly kind: OperationKind;
  /**
   * Of a subscription: it begins with the current state, and each result is the whole state anew. Then who comes late may begin with the newest
   * result of others. False or left out where results are single changes: one missed is lost.
   */
  readonly newestSaysAll?: boolean;
}

export type ResultStream = AsyncGenerator<FormattedExecutionResult, void, void>;

/** What the protocols ask of the graph. Results are ready for the client: errors masked and with request id. Never throws for what a client or a subgraph does. */
export interface GraphOperations {
  /**
   * What is meant and which kind of operation it is, or the result that refuses it (parse error, validation, unknown operationName, not
   * signed in, too large, too often). Asked once for each operation, before the others: it is counted then.
   */
  kindOf(operation: SentOperation, context: RouterContext): Promise<AcceptedOperation | { readonly refused: FormattedExecutionResult }>;
  /** Queries and mutations. */
  execute(operation: ClientOperation, context: RouterContext): Promise<FormattedExecutionResult>;
  /**
   * Subscriptions: a stream of results, or one result that refuses it. Ends when the context's cancellation says so or `return()` is called.
   * The last result of a stream that broke has errors with a code and no data.
   */
  subscribe(operation: ClientOperation, context: RouterContext): Promise<ResultStream | FormattedExecutionResult>;
}

export const isStream = (answer: ResultStream | FormattedExecutionResult): answer is ResultStream => Symbol.asyncIterator in answer;

/** A result without data is the last one of its stream: what follows could not be trusted to be complete. */
export const isLast = (result: FormattedExecutionResult): boolean => result.data === undefined && result.errors !== undefined;
