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
    const { rows } = await pool.query<{ now: Date }>(announceSince, [since]);
    since = rows[0]?.now ?? since;
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

/** The first look, without a time, announces nothing: no stream is older than the process. */
const announceSince = `
  with changed as (
    select patient_id from break_glass_grant where ended_at is null and expires_at > $1 and expires_at <= now()
    union select patient_id from active_consent where period_start > $1 and period_start <= now()
    union select patient_id from active_consent where period_end > $1 and period_end <= now()
  ), announced as materialized (select announce(patient_id) from changed)
  select now(), (select count(*) from announced)`;
