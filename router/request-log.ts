import type { GraphQLRequestContextWillSendResponse } from '@apollo/server';
import { OperationTypeNode } from 'graphql';
import type { GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { operationForLog, refusalsIn } from '#chassis/log-outcome.ts';
import { AnswerText } from './execute/router-result.ts';
import type { RouterContext } from './request-context.ts';

/** `partial`: some fields are null because of errors. `failed`: no data. `refused`: not executed at all, or a mutation that answered `userErrors`. */
export type Outcome = 'ok' | 'partial' | 'failed' | 'refused';

/** What the log line of one request says. No variables, no data: an operation's name and codes only. */
export interface RequestRecord {
  operation: string;
  role: string;
  outcome: Outcome;
  codes: string[];
  /** What the operation may cost at most, in points (docs/limits.md). */
  cost?: number;
  /** Whose request id the subgraphs were given, when the client joined a subscription that was open already. */
  upstreamRequestId?: string;
  /** Whose request ids subgraphs were given instead, and their audit records carry, where a query was shared with one on its way. */
  readonly joinedRequestIds: Set<string>;
}

/** Until something better is known, a request counts as refused: it may never reach GraphQL. */
export const newRecord = (): RequestRecord => ({
  operation: 'unknown',
  role: 'none',
  outcome: 'refused',
  codes: [],
  joinedRequestIds: new Set(),
});

/** Fills the record of a request whose answer is ready. */
export function recordResponse({
  operation,
  operationName,
  contextValue,
  response,
}: GraphQLRequestContextWillSendResponse<RouterContext>): void {
  const { record } = contextValue;
  record.operation = operationForLog(operationName, operation);
  record.role = contextValue.caller?.role ?? 'none';
  const { body } = response;
  const { data, errors } = body.kind === 'single' ? body.singleResult : body.initialResult;
  // Parsed again for mutations only: a query refuses nothing in its data.
  const plain = data instanceof AnswerText && operation?.operation === OperationTypeNode.MUTATION ? data.value : data;
  const refusals = refusalsIn(operation, plain);
  if (errors?.length) record.outcome = data ? 'partial' : data === null ? 'failed' : 'refused';
  else record.outcome = refusals ? 'refused' : 'ok';
  record.codes = [...new Set([...codesOf(errors), ...(refusals ?? [])])];
}

/** The codes of an answer's errors. */
export const codesOf = (errors: readonly GraphQLFormattedError[] = []): string[] => [
  ...new Set(errors.map((error) => String(error.extensions?.['code']))),
];

// A subscription that is open for days joins others without number.
const mostJoined = 20;

/** The record without what is empty. */
export const forLog = ({ codes, joinedRequestIds, ...rest }: RequestRecord) => ({
  ...rest,
  ...(codes.length > 0 && { codes }),
  ...(joinedRequestIds.size > 0 && { joinedRequestIds: [...joinedRequestIds] }),
});

/** One of its queries to a subgraph was that of another request. */
export function recordJoined({ joinedRequestIds }: RequestRecord, requestId: string): void {
  if (joinedRequestIds.size < mostJoined) joinedRequestIds.add(requestId);
}

export function logRequest(log: Logger, record: RequestRecord, detail: { status: number; durationMs: number; clientLeft: boolean }): void {
  log.info({ ...forLog(record), ...detail, durationMs: Math.round(detail.durationMs * 10) / 10 }, 'request');
}
