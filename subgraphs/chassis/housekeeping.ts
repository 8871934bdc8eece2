import type pg from 'pg';
import type { Logger } from 'pino';

/** How long each record is kept. Idempotency keys at least 24 h; events long enough to replay a week. */
const keep = [
  { table: 'idempotency_key', condition: "created_at < now() - interval '48 hours'" },
  { table: 'inbox_event', condition: "received_at < now() - interval '30 days'" },
  {
    table: 'outbox_delivery',
    condition: "delivered_at < now() - interval '14 days'",
  },
  {
    table: 'outbox_event',
    condition:
      "occurred_at < now() - interval '14 days' and not exists (select from outbox_delivery as d where d.position = outbox_event.position)",
  },
] as const;

const firstAfterMs = 60_000;
const everyMs = 60 * 60 * 1_000;
const batch = 5_000;

/** Deletes records of the chassis that nobody can need any more: soon after the start, then once an hour, in small batches. */
export function forgetOldRecords(pool: pg.Pool, log: Logger): { close(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  let closed = false;
  const sweep = async () => {
    for (const { table, condition } of keep) {
      let deleted: number;
      do {
        const { rowCount } = await pool.query(
          `delete from ${table} where ctid in (select ctid from ${table} where ${condition} limit ${batch})`,
        );
        deleted = rowCount ?? 0;
      } while (deleted === batch && !closed);
    }
  };
  const run = () => {
    running = sweep().catch((error: unknown) => log.error({ err: error }, 'old records could not be deleted'));
  };
  const first = setTimeout(run, firstAfterMs).unref();
  const timer = setInterval(run, everyMs).unref();
  return {
    async close() {
      closed = true;
      clearTimeout(first);
      clearInterval(timer);
      await running;
    },
  };
}
