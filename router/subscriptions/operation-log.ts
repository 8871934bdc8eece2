import type { FormattedExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import { operationForLog } from '#chassis/log-outcome.ts';
import { codesOf, forLog } from '../request-log.ts';
import type { RequestRecord } from '../request-log.ts';
import { isLast } from './operations.ts';
import type { SentOperation, OperationKind } from './operations.ts';

// Codes are ours and few; a stream that fails in new ways for days still gets one line.
const mostCodes = 20;

/** Puts into the record what a query or mutation became. Who executed it may have done so, and knew more. */
export function recordResult(
  record: RequestRecord,
  operation: SentOperation,
  kind: OperationKind | undefined,
  result: FormattedExecutionResult,
): void {
  if (record.operation !== 'unknown') return;
  nameOperation(record, operation, kind);
  const { data, errors } = result;
  if (errors?.length) record.outcome = data ? 'partial' : data === null ? 'failed' : 'refused';
  else record.outcome = 'ok';
  record.codes = codesOf(errors);
}

/** One more result of a subscription. */
export function recordEvent(record: RequestRecord, result: FormattedExecutionResult): void {
  if (isLast(result)) record.outcome = 'failed';
  else if (record.outcome !== 'failed') record.outcome = result.errors?.length || record.outcome === 'partial' ? 'partial' : 'ok';
  if (result.errors?.length) record.codes = [...new Set([...record.codes, ...codesOf(result.errors)])].slice(0, mostCodes);
}

export function nameOperation(record: RequestRecord, { operationName }: SentOperation, kind: OperationKind | undefined): void {
  const name = operationForLog(operationName, undefined);
  record.operation = name === 'unknown' ? (kind ?? name) : name;
}

/** The line of one operation at its end. No variables, no data. */
export function logOperation(
  log: Logger,
  record: RequestRecord,
  detail: { readonly protocol: string; readonly ended: string; readonly durationMs: number; readonly events: number | undefined },
): void {
  const { durationMs, events, ...ending } = detail;
  log.info(
    {
      ...forLog(record),
      ...ending,
      ...(events !== undefined && { events }),
      durationMs: Math.round(durationMs * 10) / 10,
    },
    events === undefined ? 'request' : 'subscription',
  );
}
