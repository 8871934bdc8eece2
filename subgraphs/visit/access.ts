import type { Caller, Role } from '#chassis/caller.ts';
import type { ChartAccess } from '#chassis/chart-access.ts';
import { Prisma } from './generated/prisma/client.ts';
import type { Attendee } from './presence.ts';

// Who may see and do what. Whatever is not said here is denied.
//
// | who                     | visit                          | note                              | steps                                  |
// | ----------------------- | ------------------------------ | --------------------------------- | -------------------------------------- |
// | patient, proxy          | own                            | signed                            | enter, leave, return                   |
// | visit's practitioner    | own                            | own drafts, signed                | admit, leave, return, finish, cancel   |
// | treating practitioner   | of patients they treat         | signed                            |                                        |
// | front desk              | all                            |                                   | cancel                                 |
// | biller                  | all                            |                                   |                                        |
// | system                  | all                            |                                   | by events only                         |
// | pharmacy, payer, privacy|                                |                                   |                                        |

type VisitPeople = { patientId: string; practitionerId: string };

/** Roles that see when visits are and where they stand, for every patient, and never what was said in them. */
const seeEveryVisit: readonly Role[] = ['FRONT_DESK', 'BILLER', 'SYSTEM'];

export const isVisitPractitioner = (caller: Caller, visit: { practitionerId: string }): boolean =>
  caller.role === 'PRACTITIONER' && caller.practitionerId !== undefined && caller.practitionerId === visit.practitionerId;

type Viewer = { caller: Caller; charts: ChartAccess };

export async function maySeeVisit({ caller, charts }: Viewer, visit: VisitPeople): Promise<boolean> {
  return seeEveryVisit.includes(caller.role) || isVisitPractitioner(caller, visit) || charts.mayOpen(visit.patientId);
}

/** The rule of `maySeeVisit` as a condition on rows of the table visit with the alias `t`. */
export function visibleVisits(caller: Caller, charts: ChartAccess): Prisma.Sql {
  if (seeEveryVisit.includes(caller.role)) return Prisma.sql`true`;
  const byChart = charts.mayOpenSql('t.patient_id');
  if (caller.role !== 'PRACTITIONER' || caller.practitionerId === undefined) return byChart;
  return Prisma.sql`(t.practitioner_id = ${caller.practitionerId} or ${byChart})`;
}

/** A draft is its author's alone; a signed note belongs to the chart. */
export async function mayReadNote(
  { caller, charts }: Viewer,
  note: { patientId: string; authorId: string; signedAt: Date | null },
): Promise<boolean> {
  if (isVisitPractitioner(caller, { practitionerId: note.authorId })) return true;
  return note.signedAt !== null && charts.mayOpen(note.patientId);
}

export const maySeeWaitingRoom = (caller: Caller, practitionerId: string): boolean =>
  caller.role === 'FRONT_DESK' || caller.role === 'SYSTEM' || isVisitPractitioner(caller, { practitionerId });

export const mayCancelVisit = (caller: Caller, visit: VisitPeople): boolean =>
  caller.role === 'FRONT_DESK' || isVisitPractitioner(caller, visit);

/**
 * As whom the caller takes part in the visit; null when they do not. Asks nothing: for a patient who is not the one of
 * the visit, the caller must have found out that they may see it, which only a proxy may.
 */
export function attendeeOf(caller: Caller, visit: VisitPeople): Attendee | null {
  if (isVisitPractitioner(caller, visit)) return { role: 'PRACTITIONER', personId: visit.practitionerId };
  if (caller.role !== 'PATIENT' || caller.patientId === undefined) return null;
  return { role: caller.patientId === visit.patientId ? 'PATIENT' : 'PROXY', personId: caller.patientId };
}
