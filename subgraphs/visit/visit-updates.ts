import { askIn } from '#chassis/access/rules.ts';
import { notYours } from '#chassis/errors.ts';
import { visitAccess } from './access.ts';
import type { VisitContext } from './context.ts';
import { seenVisit } from './visit-service.ts';
import { findVisits, type VisitRow } from './visit-store.ts';

/** The visit for one event of a subscription. @throws NOT_FOUND when it is not there or not (no longer) the caller's */
export async function visitStillSeen(context: VisitContext, id: string): Promise<VisitRow> {
  const visit = await seenVisit(context, id);
  if (!visit) throw notYours('visit');
  return visit;
}

/**
 * When a visit is to be shown: now, and whenever it has changed. Watches before it looks, so that nothing falls in between.
 * @throws NOT_FOUND as soon as the caller may not see it, also when nothing changes
 */
export async function* visitStates(context: VisitContext, id: string): AsyncGenerator<{ visitId: string }, void, undefined> {
  const { patientId } = await visitStillSeen(context, id);
  const watch = await context.changes.watch([id, patientId]);
  try {
    yield { visitId: id };
    for (let news = await watch.next(); news; news = await watch.next()) {
      // What is announced of the patient is a relation that ended or moved: a question of rights only.
      if (news.has(id)) yield { visitId: id };
      else await assertStillSeen(context, id);
    }
  } finally {
    watch.close();
  }
}

/** Asks the database, not the loaders of the subscription's start. */
async function assertStillSeen(context: VisitContext, id: string): Promise<void> {
  const { client } = context.database;
  const visit = (await findVisits(client, [id])).get(id);
  if (!visit || !(await visitAccess.sees(askIn(client, context), visit))) throw notYours('visit');
}
