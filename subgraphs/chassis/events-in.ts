import { sqltag as sql } from '@prisma/client/runtime/client';
import type { Logger } from 'pino';
import { z } from 'zod';
import { actorSql } from './audit/actor.ts';
import { systemCaller } from './caller.ts';
import { eventDefinitions, eventsHeardBy, subgraphNames, type EventEnvelope, type EventType, type SubgraphName } from '#schema/events.ts';
import type { SqlExecutor, TransactionalClient } from './database.ts';
import { transact } from './database.ts';
import { reasonForLog } from './log-defect.ts';
import { emitter, type Emit, type Outbox, type PendingEvent } from './outbox.ts';

/** What a subgraph does on each event it hears. A handler throws only if it wants the event again. Log ids, never personal data. */
export type EventHandlers<Tx> = { [T in EventType]?: (tx: Tx, event: EventEnvelope<T>, emit: Emit, log: Logger) => Promise<void> };

/** What is pushed: events in order, and whether nothing else waits for this consumer. */
export interface EventBatch {
  source: SubgraphName;
  events: EventEnvelope[];
  caughtUp: boolean;
}

/**
 * What became of an event: `applied` now; `duplicate`, was taken in before; `gap`, events before it are missing, from
 * `expected` on; `failed`, try again; `held`, not tried because one before it of the same aggregate did not go through.
 */
export type EventResult =
  | { id: string; outcome: 'applied' | 'duplicate' | 'held' }
  | { id: string; outcome: 'gap'; expected: number }
  | { id: string; outcome: 'failed'; error: string };

const envelope = z.object({
  specversion: z.literal('1.0'),
  id: z.string().startsWith('evt_'),
  source: z.enum(subgraphNames),
  // Any: one event that a newer source has and this subgraph does not know must not hold up the others of its batch.
  type: z.string(),
  subject: z.string(),
  time: z.iso.datetime(),
  datacontenttype: z.literal('application/json'),
  data: z.unknown(),
  sequence: z.int().min(1),
  causationid: z.string(),
});

export const eventBatch = z.object({ source: z.enum(subgraphNames), events: z.array(envelope).max(1_000), caughtUp: z.boolean() });

export interface InboxOptions<Tx extends SqlExecutor> {
  name: SubgraphName;
  client: TransactionalClient<Tx>;
  handlers: EventHandlers<Tx>;
  outbox: Pick<Outbox, 'wake'>;
  log: Logger;
}

export interface Inbox {
  /** @throws when the inbox is closed, or the database is away */
  receive(batch: EventBatch): Promise<EventResult[]>;
  /** Takes no more batches, and waits for those that are being taken in. */
  close(): Promise<void>;
}

/** Takes in events of others: each in one transaction with its inbox record, in order per aggregate, once. */
export function createInbox<Tx extends SqlExecutor>({ name, client, handlers, outbox, log }: InboxOptions<Tx>): Inbox {
  const heard = new Set(eventsHeardBy(name));
  for (const type of heard) if (!handlers[type]) throw new TypeError(`${name} hears ${type} and has no handler for it`);
  for (const type of Object.keys(handlers))
    if (!heard.has(type as EventType)) throw new TypeError(`${name} has a handler for ${type}, which it does not hear`);

  /** What an event changes here is done for the request that it came from. */
  const acting = ({ causationid }: EventEnvelope) => ({ caller: systemCaller(name), requestId: causationid, origin: {} });

  async function takeIn(event: EventEnvelope): Promise<EventResult> {
    const handler = handlers[event.type] as ((tx: Tx, event: EventEnvelope, emit: Emit, log: Logger) => Promise<void>) | undefined;
    if (!handler) return { id: event.id, outcome: 'failed', error: `${name} does not hear ${event.type}` };
    const data = eventDefinitions[event.type].data.safeParse(event.data);
    if (!data.success) return { id: event.id, outcome: 'failed', error: `data does not fit ${event.type}: ${z.prettifyError(data.error)}` };
    const written: PendingEvent[] = [];
    const result = await transact(client, async (tx: Tx): Promise<EventResult> => {
      written.length = 0;
      const fresh = await tx.$executeRaw(
        sql`insert into inbox_event (event_id, source, type)
          select ${event.id}, ${event.source}, ${event.type} from (select ${actorSql(acting(event))} as actor) as acting where actor is not null
          on conflict do nothing`,
      );
      if (fresh === 0) return { id: event.id, outcome: 'duplicate' };
      const [last] = await tx.$queryRaw<{ sequence: number }[]>(
        sql`select sequence from inbox_position where source = ${event.source} and subject = ${event.subject} for update`,
      );
      const expected = (last?.sequence ?? 0) + 1;
      if (event.sequence !== expected) throw new Gap(expected, event);
      await tx.$executeRaw(
        sql`insert into inbox_position (source, subject, sequence) values (${event.source}, ${event.subject}, ${event.sequence}) on conflict (source, subject) do update set sequence = excluded.sequence`,
      );
      await handler(tx, { ...event, data: data.data }, emitter(name, tx, event.id, written), log);
      return { id: event.id, outcome: 'applied' };
    });
    if (written.length > 0) outbox.wake();
    return result;
  }

  async function takeInAll(batch: EventBatch): Promise<EventResult[]> {
    const receivedAt = new Date();
    const results: EventResult[] = [];
    const stopped = new Set<string>();
    for (const event of batch.events) {
      if (stopped.has(event.subject)) {
        results.push({ id: event.id, outcome: 'held' });
        continue;
      }
      const result = await takeIn(event).catch((error: unknown): EventResult => {
        if (error instanceof Gap && error.expected < event.sequence) return { id: event.id, outcome: 'gap', expected: error.expected };
        log.error({ eventId: event.id, type: event.type, err: error }, 'an event could not be taken in; it will come again');
        return { id: event.id, outcome: 'failed', error: reasonForLog(error) };
      });
      if (result.outcome !== 'applied' && result.outcome !== 'duplicate') stopped.add(event.subject);
      results.push(result);
    }
    if (batch.caughtUp && stopped.size === 0) await recordHeard(client, batch.source, receivedAt);
    return results;
  }

  const underWay = new Set<Promise<unknown>>();
  let closed = false;
  return {
    async receive(batch) {
      if (closed) throw new Error(`${name} is stopping and takes in no more events`);
      const work = takeInAll(batch).finally(() => underWay.delete(work));
      underWay.add(work);
      return work;
    },
    async close() {
      closed = true;
      await Promise.allSettled(underWay);
    },
  };
}

class Gap extends Error {
  readonly expected: number;
  constructor(expected: number, event: EventEnvelope) {
    super(`sequence ${event.sequence} of ${event.subject} came where ${expected} was expected`);
    this.expected = expected;
  }
}

/** As of when the batch came, not when it was worked through: what happened at the source in between is not in it. */
async function recordHeard(db: SqlExecutor, source: SubgraphName, heardAt: Date): Promise<void> {
  await db.$executeRaw(
    sql`insert into inbox_source (source, heard_at) values (${source}, ${heardAt}) on conflict (source) do update set heard_at = greatest(inbox_source.heard_at, excluded.heard_at)`,
  );
}

/** When `source` was last heard with nothing left to deliver; null when never. Read models fed by it are that fresh. */
export async function inboxFreshness(db: SqlExecutor, source: SubgraphName): Promise<{ heardAt: Date | null }> {
  const [row] = await db.$queryRaw<{ heard_at: Date }[]>(sql`select heard_at from inbox_source where source = ${source}`);
  return { heardAt: row?.heard_at ?? null };
}
