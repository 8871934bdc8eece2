import type pg from 'pg';
import type { Logger } from 'pino';
import { reasonForLog } from '../log-defect.ts';

const everyMs = 10_000;

/**
 * Announces the patients of whom, since the last look, a break-glass ran out or the period of a consent began or ended, so that
 * open subscriptions ask again. For everything else no announcement is needed: each check compares the times with the clock.
 */
export function announceRightsByTime(pool: pg.Pool, log: Logger): { close(): Promise<void> } {
  let since: Date | null = null;
  let running: Promise<void> = Promise.resolve();
  const look = async (): Promise<void> => {
    since = await announceEndedSince(pool, since);
  };
  // One after the other: a slow look is not overtaken by the next.
  const next = (): void => {
    running = running
      .then(look)
      .catch((error: unknown) => log.warn({ reason: reasonForLog(error) }, 'rights that end by time could not be announced; trying again'));
  };
  next();
  const timer = setInterval(next, everyMs).unref();
  return {
    async close() {
      clearInterval(timer);
      await running;
    },
  };
}

/** @param since null announces nothing: no stream is older than the process. @returns the database's time of this look */
export async function announceEndedSince(pool: pg.Pool, since: Date | null): Promise<Date> {
  const { rows } = await pool.query<{ now: Date }>(
    `with changed as (
       select patient_id from break_glass_grant where ended_at is null and expires_at > $1 and expires_at <= now()
       union select patient_id from active_consent where period_start > $1 and period_start <= now()
       union select patient_id from active_consent where period_end > $1 and period_end <= now()
     ), announced as materialized (select announce(patient_id) from changed)
     select now(), (select count(*) from announced)`,
    [since],
  );
  const [row] = rows;
  if (!row) throw new Error('the database has no time');
  return row.now;
}
