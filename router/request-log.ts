import type { GraphQLRequestContextWillSendResponse } from '@apollo/server';
import type { Logger } from 'pino';
import type { RouterContext } from './request-context.ts';

/** `partial`: some fields are null because of errors. `failed`: no data. `refused`: not executed at all. */
export type Outcome = 'ok' | 'partial' | 'failed' | 'refused';

/** What the log line of one request says. No variables, no data: an operation's name and codes only. */
export interface RequestRecord {
  operation: string;
  role: string;
  outcome: Outcome;
  codes: string[];
}

const longestName = 100;

/** Until something better is known, a request counts as refused: it may never reach GraphQL. */
export const newRecord = (): RequestRecord => ({ operation: 'unknown', role: 'none', outcome: 'refused', codes: [] });

/** Fills the record of a request whose answer is ready. */
export function recordResponse({
  operation,
  operationName,
  contextValue,
  response,
}: GraphQLRequestContextWillSendResponse<RouterContext>): void {
  const { record } = contextValue;
  record.operation = (operationName ?? operation?.operation ?? 'unknown').slice(0, longestName);
  record.role = contextValue.caller?.role ?? 'none';
  if (response.body.kind !== 'single') return;
  const { data, errors } = response.body.singleResult;
  record.outcome = !errors?.length ? 'ok' : data ? 'partial' : data === null ? 'failed' : 'refused';
  record.codes = [...new Set(errors?.map((error) => String(error.extensions?.['code'])))];
}

export function logRequest(log: Logger, record: RequestRecord, detail: { status: number; durationMs: number; clientLeft: boolean }): void {
  const { codes, ...rest } = record;
  log.info({ ...rest, ...(codes.length > 0 && { codes }), ...detail, durationMs: Math.round(detail.durationMs * 10) / 10 }, 'request');
}
