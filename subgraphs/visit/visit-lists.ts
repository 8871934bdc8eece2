import { toConnection, type Connection, type IdPage, type Page } from '#chassis/paging.ts';
import { visitAccess } from './access.ts';
import type { VisitContext } from './context.ts';
import { pageWaitingRoom, type VisitRow } from './visit-store.ts';

/** Loads the visits of a page that holds only what the caller may see. */
async function visitsOnPage(context: VisitContext, page: IdPage): Promise<Connection<VisitRow>> {
  return toConnection(page, await Promise.all(page.ids.map((id) => context.visits.load(id))));
}

/** The visits of a patient that the caller may see, the latest planned start first. */
export const visitsOfPatient = async (context: VisitContext, patientId: string, page: Page): Promise<Connection<VisitRow>> =>
  visitsOnPage(context, await context.visitsOfPatients.load(patientId, page));

/** The visits of a practitioner that the caller may see, the latest planned start first. */
export const visitsOfPractitioner = async (context: VisitContext, practitionerId: string, page: Page): Promise<Connection<VisitRow>> =>
  visitsOnPage(context, await context.visitsOfPractitioners.load(practitionerId, page));

/** Who waits for a practitioner, the longest waiting first; empty for who may not know. */
export async function waitingRoomOf(context: VisitContext, practitionerId: string, page: Page): Promise<Connection<VisitRow>> {
  const watched = visitAccess.inSight(context, 't', 'watchWaitingRoom');
  return visitsOnPage(context, await pageWaitingRoom(context.database.client, watched, practitionerId, page));
}
