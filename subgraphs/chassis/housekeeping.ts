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
    condition: "occurred_at < now() - interval '14 days' and not exists (select from outbox_delivery as d where d.position = outbox_event.position)",
  },
] as const;

const everyMs = 60 * 60 * 1_000;

/** Deletes records of the chassis that nobody can need any more, once an hour. */
export function forgetOldRecords(pool: pg.Pool, log: Logger): { close(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  const sweep = async () => {
    for (const { table, condition } of keep) await pool.query(`delete from ${table} where ${condition}`);
  };
  const timer = setInterval(() => {
    running = sweep().catch((error: unknown) => log.error({ reason: error instanceof Error ? error.message : String(error) }, 'old records could not be deleted'));
  }, everyMs);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      await running;
    },
  };
}
