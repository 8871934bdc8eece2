import { inboxFreshness } from '#chassis/events-in.ts';
import { Refusal } from '#chassis/errors.ts';
import type { SubgraphName } from '#schema/events.ts';
import type { PrescriptionContext, Tx } from './context.ts';
import { databaseTime } from './read-model-store.ts';

/**
 * What a source said before this process started does not count: while the system was down it may have written what it has
 * not told yet. All times are the database's, so that clocks which disagree do not matter.
 * @throws Refusal CHECK_UNAVAILABLE when a source was not heard from for too long, or not yet since the start
 */
export async function assertFresh(context: PrescriptionContext, tx: Tx, sources: readonly SubgraphName[]): Promise<void> {
  const { readModelMaxAgeMs } = context.config;
  const now = await databaseTime(tx);
  for (const source of sources) {
    const { heardAt } = await inboxFreshness(tx, source);
    if (heardAt && heardAt > context.startedAt && now.getTime() - heardAt.getTime() <= readModelMaxAgeMs) continue;
    throw new Refusal(
      'CHECK_UNAVAILABLE',
      `The ${source} service was not heard from within the last ${readModelMaxAgeMs / 1000} s, so what this service knows may be out of date. Nothing was changed; retry in a moment.`,
    );
  }
}
