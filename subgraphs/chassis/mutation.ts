import { createHash } from 'node:crypto';
import { sqltag as sql } from '@prisma/client/runtime/client';
import { actAs, actorSql } from './audit/actor.ts';
import { thingOf, type AuditTrail } from './audit-trail.ts';
import type { RequestContext } from './context.ts';
import { transact, type IsolationLevel, type SqlExecutor, type TransactionalClient } from './database.ts';
import { Refusal, type UserError } from './errors.ts';
import { emitter, type Emit, type PendingEvent } from './outbox.ts';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export type Outcome<R> = { ok: true; result: R } | { ok: false; userErrors: UserError[] };

/** How long an answer waits for its events to be taken in, so that the next query sees their effect: 250 ms at most. */
const courtesyWaitMs = 250;

interface MutationInput {
  idempotencyKey: string;
}

/**
 * Runs a mutation: one transaction, retried whole on serialization failures; idempotent by (caller, key); refusals as values.
 * The work may run more than once, so it must have no effect outside of `tx`. Its result is kept as JSON with the key:
 * return ids, and load entities afterwards.
 */
export async function mutate<Tx extends SqlExecutor, R extends Json>(
  context: RequestContext<TransactionalClient<Tx>>,
  operation: string,
  input: MutationInput,
  work: (tx: Tx, emit: Emit) => Promise<R>,
  options: { isolationLevel?: IsolationLevel } = {},
): Promise<Outcome<R>> {
  const key = input.idempotencyKey;
  if (key.trim().length === 0 || key.length > 255) {
    return refused(new Refusal('INVALID_INPUT', 'idempotencyKey must have 1 to 255 characters.', { path: ['idempotencyKey'] }));
  }
  const hash = requestHash(operation, input);
  const { subject } = context.caller;
  try {
    const ended = await inUnitOfWork(
      context,
      async (tx, emit, written): Promise<Outcome<R>> => {
        const claimed = await tx.$executeRaw(
          sql`insert into idempotency_key (subject, key, operation, request_hash)
            select ${subject}, ${key}, ${operation}, ${hash} from (select ${actorSql(context)} as actor) as acting where actor is not null
            on conflict do nothing`,
        );
        if (claimed === 0) return keptOutcome<R>(tx, subject, key, hash);
        await tx.$executeRaw(sql`savepoint work`);
        const outcome = await work(tx, emit).then(
          (result): Outcome<R> => ({ ok: true, result }),
          async (error: unknown): Promise<Outcome<R>> => {
            if (!(error instanceof Refusal) || error.retryable) throw error;
            await tx.$executeRaw(sql`rollback to savepoint work`);
            written.length = 0;
            return refused(error);
          },
        );
        await tx.$executeRaw(
          sql`update idempotency_key set outcome = ${JSON.stringify(outcome)}::jsonb where subject = ${subject} and key = ${key}`,
        );
        return outcome;
      },
      options,
    );
    if (!ended.ok) recordRefusal(context.audit, operation, input, ended.userErrors);
    return ended;
  } catch (error) {
    if (error instanceof Refusal) {
      recordRefusal(context.audit, operation, input, error.userErrors);
      return refused(error);
    }
    context.audit.failed(operation);
    throw error;
  }
}

/** "Not there or not yours" and "not for your role" leave a record that names what was asked for. */
function recordRefusal(audit: AuditTrail, operation: string, input: object, userErrors: readonly UserError[]): void {
  for (const { code, path } of userErrors) {
    if (code !== 'NOT_FOUND' && code !== 'NOT_ALLOWED') continue;
    const thing = thingOf(path.reduce<unknown>((value, field) => (value as Record<string, unknown> | undefined)?.[field], input));
    if (thing) audit.denied(thing.type, thing.id, thing.patientId);
    else audit.denied('Mutation', operation, null);
  }
}

/** A change without an idempotency key of its own (background work, a later step of a mutation), with its events. */
export function unitOfWork<Tx extends SqlExecutor, R>(
  context: Pick<RequestContext<TransactionalClient<Tx>>, 'database' | 'outbox' | 'subgraph' | 'requestId' | 'caller' | 'origin'>,
  work: (tx: Tx, emit: Emit) => Promise<R>,
  options: { isolationLevel?: IsolationLevel } = {},
): Promise<R> {
  return inUnitOfWork(
    context,
    async (tx: Tx, emit) => {
      await actAs(tx, context);
      return work(tx, emit);
    },
    options,
  );
}

async function inUnitOfWork<Tx extends SqlExecutor, R>(
  context: Pick<RequestContext<TransactionalClient<Tx>>, 'database' | 'outbox' | 'subgraph' | 'requestId'>,
  work: (tx: Tx, emit: Emit, written: PendingEvent[]) => Promise<R>,
  options: { isolationLevel?: IsolationLevel },
): Promise<R> {
  const written: PendingEvent[] = [];
  const result = await transact(
    context.database.client,
    async (tx: Tx) => {
      written.length = 0;
      return work(tx, emitter(context.subgraph, tx, context.requestId, written), written);
    },
    options,
  );
  if (written.length > 0) {
    context.outbox.wake();
    await context.outbox.settled(written, courtesyWaitMs);
  }
  return result;
}

async function keptOutcome<R>(tx: SqlExecutor, subject: string, key: string, hash: string): Promise<Outcome<R>> {
  const [kept] = await tx.$queryRaw<{ request_hash: string; outcome: Outcome<R> }[]>(
    sql`select request_hash, outcome from idempotency_key where subject = ${subject} and key = ${key}`,
  );
  if (!kept) throw new Error('an idempotency key vanished between two statements of one transaction');
  if (kept.request_hash === hash) return kept.outcome;
  return refused(
    new Refusal('IDEMPOTENCY_KEY_REUSED', 'This idempotencyKey was used before with another input. Use a new key for a new request.', {
      path: ['idempotencyKey'],
    }),
  );
}

const refused = (refusal: Refusal): Outcome<never> => ({ ok: false, userErrors: refusal.userErrors });

/** The same operation and input give the same hash, whatever the order of the fields. */
function requestHash(operation: string, input: MutationInput): string {
  return createHash('sha256')
    .update(`${operation}\n${canonicalJson(input)}`)
    .digest('hex');
}

/** JSON with sorted keys and without undefined fields. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, field: unknown) =>
    field && typeof field === 'object' && !Array.isArray(field)
      ? Object.fromEntries(Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1)))
      : field,
  );
}
