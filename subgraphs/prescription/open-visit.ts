import { Refusal } from '#chassis/errors.ts';
import type { VisitWindowRow } from './read-model-store.ts';

/** When a call has not begun as far as this service knows. Also the answer about a visit that is not the caller's to know of. */
export const notOpenYet = (path: string[]): Refusal =>
  new Refusal(
    'VISIT_NOT_OPEN_YET',
    'The visit is not open yet, or this service has not heard of its start. Admit the patient; right after the admission, retry in a second.',
    { path },
  );

/**
 * A prescription is written into a visit, and signed, only while patient and practitioner are in the call.
 * @throws Refusal NOT_ADMITTED for good when the call is over; VISIT_NOT_OPEN_YET as long as it may still begin
 */
export function assertVisitOpen(visit: VisitWindowRow | null, path: string[]): asserts visit is VisitWindowRow {
  switch (visit?.status) {
    case 'IN_PROGRESS':
    case 'ONLEAVE':
      return;
    case 'FINISHED':
    case 'CANCELLED':
      throw new Refusal('NOT_ADMITTED', `The visit is ${visit.status}: nothing more is prescribed in it. Prescribe outside of the visit.`, {
        path,
      });
    case 'PLANNED':
    case 'ARRIVED':
    case undefined:
      throw notOpenYet(path);
  }
}

/** @throws Refusal NOT_ADMITTED when the visit is a colleague's */
export function assertOwnVisit(visit: { practitionerId: string }, practitionerId: string, path: string[]): void {
  if (visit.practitionerId === practitionerId) return;
  throw new Refusal('NOT_ADMITTED', 'The visit is that of another practitioner. Prescribe outside of the visit.', { path });
}
