import type pg from 'pg';
import type { Logger } from 'pino';
import type { EventEnvelope, EventType, SubgraphName } from '#schema/events.ts';
import type { EventBatch, EventResult } from './events-in.ts';
import { reasonForLog } from './log-defect.ts';
import type { Outbox } from './outbox.ts';

/** How events travel: pushed over HTTP, or handed over inside one process. Rejects when the consumer cannot be reached. */
export interface Courier {
  deliver(consumer: SubgraphName, batch: EventBatch, signal: AbortSignal): Promise<EventResult[]>;
}

/** How long a courier waits for the consumer before the batch counts as not delivered. */
export const deliveryDeadlineMs = 10_000;

export interface RelayOptions {
  source: SubgraphName;
  consumers: readonly SubgraphName[];
  pool: pg.Pool;
  courier: Courier;
  log: Logger;
  /** How often the outbox is looked at without being woken. */
  pollMs?: number;
  /** How often a consumer with nothing to get is told so; its read models count as fresh by that. */
  heartbeatMs?: number;
}

export interface Relay extends Outbox {
  start(): void;
  close(): Promise<void>;
}

const batchSize = 100;
const longestBackOffSeconds = 60;
const complainAfterMs = 5_000;
const firstPauseMs = 50;
const longestPauseMs = 5_000;
const statementTimeoutMs = 30_000;
/** After so many attempts an event is likely poison: someone must look. */
const worryAfterAttempts = 8;

/**
 * Publishes the outbox. Each consumer has a lane of its own, so that one that is down holds up no other. Of several
 * replicas one at a time works a lane: the one that holds its advisory lock, on a connection kept for it.
 */
export function createRelay(options: RelayOptions): Relay {
  const waiting = new Map<string, Set<() => void>>();
  const settle = (eventId: string) => {
    for (const done of waiting.get(eventId) ?? []) done();
  };
  const lanes = options.consumers.map((consumer) => createLane(consumer, options, settle));
  return {
    start: () => lanes.forEach((lane) => lane.start()),
    wake: () => lanes.forEach((lane) => lane.wake()),
    async settled(events, timeoutMs) {
      const missing = events.flatMap(({ id, consumers }) =>
        lanes.filter((lane) => consumers.includes(lane.consumer) && lane.flowing()).map((lane) => `${lane.consumer} ${id}`),
      );
      if (missing.length === 0) return;
      await new Promise<void>((resolve) => {
        const left = new Set(missing);
        const finish = () => {
          clearTimeout(timer);
          for (const key of missing) {
            const set = waiting.get(key);
            set?.delete(callbacks.get(key) as () => void);
            if (set?.size === 0) waiting.delete(key);
          }
          resolve();
        };
        const timer = setTimeout(finish, timeoutMs);
        const callbacks = new Map<string, () => void>(
          missing.map((key) => [
            key,
            () => {
              left.delete(key);
              if (left.size === 0) finish();
            },
          ]),
        );
        for (const [key, callback] of callbacks) {
          const set = waiting.get(key) ?? new Set();
          waiting.set(key, set.add(callback));
        }
      });
    },
    close: async () => {
      await Promise.all(lanes.map((lane) => lane.close()));
    },
  };
}

interface Lane {
  consumer: SubgraphName;
  /** True when this process works the lane and the last delivery went through. */
  flowing(): boolean;
  start(): void;
  wake(): void;
  close(): Promise<void>;
}

interface PendingRow {
  position: string;
  sequence: number;
  id: string;
  type: EventType;
  subject: string;
  data: EventEnvelope['data'];
  causation_id: string;
  occurred_at: Date;
}

function createLane(consumer: SubgraphName, options: RelayOptions, settle: (key: string) => void): Lane {
  const { source, pool, courier, log } = options;
  const pollMs = options.pollMs ?? 1_000;
  const heartbeatMs = options.heartbeatMs ?? 5_000;
  let connection: pg.PoolClient | undefined;
  let leading = false;
  let healthy = true;
  let failures = 0;
  let failingSince = 0;
  let notBefore = 0;
  let complained = false;
  let lastHeard = 0;
  const closing = new AbortController();
  let closed = false;
  let working: Promise<void> | undefined;
  let again = false;
  let timer: NodeJS.Timeout | undefined;

  const schedule = (ms: number) => {
    clearTimeout(timer);
    if (!closed) timer = setTimeout(wake, ms);
  };

  function wake(): void {
    if (closed) return;
    again = true;
    working ??= work().finally(() => {
      working = undefined;
      schedule(pollMs);
    });
  }

  async function work(): Promise<void> {
    while (again && !closed) {
      again = false;
      if (Date.now() < notBefore) return;
      try {
        if (await lead()) await drain();
      } catch (error) {
        if (closed) return;
        if (healthy) failingSince = Date.now();
        healthy = false;
        // The lane waits as a whole, so that all of the backlog goes out as soon as the consumer is back.
        notBefore = Date.now() + Math.min(firstPauseMs * 2 ** failures++, longestPauseMs);
        // A peer that is just starting is no news.
        if (!complained && Date.now() - failingSince >= complainAfterMs) {
          complained = true;
          log.warn({ consumer, reason: reasonForLog(error) }, 'events cannot be delivered; they wait in the outbox');
        }
        return;
      }
    }
  }

  async function lead(): Promise<boolean> {
    if (!connection) {
      const opened = await pool.connect();
      opened.on('error', () => giveUp(opened));
      connection = opened;
      leading = false;
    }
    if (!leading) {
      const { rows } = await connection.query<{ locked: boolean }>('select pg_try_advisory_lock(hashtextextended($1, 0)) as locked', [
        `relay ${consumer}`,
      ]);
      leading = rows[0]?.locked === true;
    }
    return leading;
  }

  async function drain(): Promise<void> {
    for (;;) {
      const rows = await due();
      if (rows.length === 0) {
        if (Date.now() - lastHeard >= heartbeatMs && (await nothingPending())) await push([], true);
        return;
      }
      const caughtUp = rows.length < batchSize && (await pendingCount()) === rows.length;
      const progressed = await push(rows, caughtUp);
      if (!progressed || closed) return;
    }
  }

  /** Events to send now, in order, without those of an aggregate that is in back-off. */
  const due = async (): Promise<PendingRow[]> => {
    const { rows } = await query<PendingRow>(
      `select e.position, d.sequence, e.id, e.type, e.subject, e.data, e.causation_id, e.occurred_at
       from outbox_delivery as d join outbox_event as e using (position)
       where d.consumer = $1 and d.delivered_at is null
         and not exists (
           select from outbox_delivery as before
           where before.consumer = d.consumer and before.subject = d.subject and before.delivered_at is null
             and before.position <= d.position and before.next_attempt_at > clock_timestamp())
       order by d.position limit $2`,
      [consumer, batchSize],
    );
    return rows;
  };

  const pendingCount = async (): Promise<number> => {
    const { rows } = await query<{ n: number }>(
      `select count(*)::int as n from (select from outbox_delivery where consumer = $1 and delivered_at is null limit ${batchSize + 1}) as pending`,
      [consumer],
    );
    return rows[0]?.n ?? 0;
  };
  const nothingPending = async () => (await pendingCount()) === 0;

  /** A connection that has gone silent must not hold the lane: after the time-out it is given up, and its lock with it. */
  async function query<Row extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<pg.QueryResult<Row>> {
    const used = connection;
    if (!used) throw new Error('the connection to the outbox was lost');
    try {
      return await used.query<Row>({ text, values, query_timeout: statementTimeoutMs } as pg.QueryConfig);
    } catch (error) {
      giveUp(used);
      throw error;
    }
  }

  function giveUp(lost: pg.PoolClient): void {
    if (connection !== lost) return;
    connection = undefined;
    leading = false;
    lost.release(true);
  }

  async function push(rows: readonly PendingRow[], caughtUp: boolean): Promise<boolean> {
    let results: EventResult[];
    try {
      results = await courier.deliver(consumer, { source, events: rows.map((row) => toEnvelope(source, row)), caughtUp }, closing.signal);
    } catch (error) {
      for (const { id } of rows) settle(`${consumer} ${id}`);
      throw error;
    }
    if (complained) log.info({ consumer }, 'events are delivered again');
    healthy = true;
    failures = 0;
    complained = false;
    lastHeard = Date.now();
    const byId = new Map(rows.map((row) => [row.id, row]));
    const taken: string[] = [];
    for (const result of results) {
      const row = byId.get(result.id);
      if (!row) continue;
      if (result.outcome === 'applied' || result.outcome === 'duplicate') taken.push(row.position);
      if (result.outcome === 'failed') await postpone(row, result.error);
      if (result.outcome === 'gap') await replay(row, result.expected);
    }
    if (taken.length > 0) {
      await query(
        'update outbox_delivery set delivered_at = clock_timestamp(), last_error = null where consumer = $1 and position = any($2::bigint[])',
        [consumer, taken],
      );
    }
    for (const { id } of rows) settle(`${consumer} ${id}`);
    return taken.length > 0;
  }

  /** The consumer has it and cannot take it in: only its own aggregate waits. */
  async function postpone({ id, position, type }: PendingRow, reason: string): Promise<void> {
    const { rows } = await query<{ attempts: number }>(
      `update outbox_delivery set attempts = attempts + 1, last_error = left($3, 500),
         next_attempt_at = clock_timestamp() + least(power(2, least(attempts, 10)) * 0.25, ${longestBackOffSeconds}) * (0.5 + random() / 2) * interval '1 second'
       where consumer = $1 and position = $2 returning attempts`,
      [consumer, position, reason],
    );
    const attempts = rows[0]?.attempts ?? 0;
    if (attempts >= worryAfterAttempts)
      log.error(
        { consumer, eventId: id, type, attempts, reason },
        'an event is refused again and again; it holds up its aggregate and the heartbeat',
      );
  }

  /** The consumer lost what it had taken in (a restored backup): send again from where it stands. */
  async function replay(row: PendingRow, from: number): Promise<void> {
    const { subject } = row;
    const kept = await query('select from outbox_delivery where consumer = $1 and subject = $2 and sequence = $3', [
      consumer,
      subject,
      from,
    ]);
    if (kept.rowCount === 0) {
      log.error({ consumer, subject, from }, 'the consumer misses events that are no longer kept; its database must be rebuilt');
      return postpone(row, `the consumer misses events from sequence ${from} on, which are no longer kept`);
    }
    log.warn({ consumer, subject, from }, 'the consumer asked for a replay');
    await query(
      'update outbox_delivery set delivered_at = null, next_attempt_at = clock_timestamp() where consumer = $1 and subject = $2 and sequence >= $3',
      [consumer, subject, from],
    );
    again = true;
  }

  return {
    consumer,
    flowing: () => leading && healthy && !closed,
    start: wake,
    wake,
    async close() {
      closed = true;
      clearTimeout(timer);
      closing.abort();
      await working;
      const held = connection;
      connection = undefined;
      held?.release(true);
    },
  };
}

const toEnvelope = (source: SubgraphName, row: PendingRow): EventEnvelope => ({
  specversion: '1.0',
  id: row.id,
  source,
  type: row.type,
  subject: row.subject,
  time: row.occurred_at.toISOString(),
  datacontenttype: 'application/json',
  data: row.data,
  sequence: row.sequence,
  causationid: row.causation_id,
});
