import { sqltag as sql, type Sql } from '@prisma/client/runtime/client';
import type { Caller } from '#chassis/caller.ts';
import { createChartAccess, type ChartAccess } from '#chassis/chart-access.ts';
import type { SqlExecutor } from '#chassis/database.ts';

// Who may see and do what in this subgraph. What is not said here is denied.
//
// "Appointments" are the same in lists, alone and as they change; a patient's are followed by the patient's side and staff who see all.
//
//                  appointments          words in them   book, cancel, move     steps on the day   schedule      waitlist
//   PATIENT        own and as a proxy    yes             own and as a proxy     arrive             weekly only   own and as a proxy
//   PRACTITIONER   with themselves       yes             cancel, move           all                own           none
//   FRONT_DESK     all                   no              all                    all                all           all
//   BILLER         all                   no              none                   none               weekly only   none
//   SYSTEM         all                   yes             none                   none               all           all (reads)
//   everyone else  none                  none            none                   none               weekly only   none
//
// Practitioners, visit types, weekly hours and free slots are open to every signed-in caller. Practitioners' relations to
// patients follow from the appointments themselves, so the relation tables are asked for proxies only. The front desk writes down
// what a caller says when it books or cancels, and reads no such words: a reason is a complaint, and that is clinical.

export interface Asker {
  readonly caller: Caller;
  readonly charts: ChartAccess;
}

/** The same asker inside of a transaction: what is decided there must not wait for a second connection. */
export const within = (tx: SqlExecutor, { caller }: Asker): Asker => ({ caller, charts: createChartAccess(caller, tx) });

interface Parties {
  readonly patientId: string;
  readonly practitionerId: string;
}

/** How much of an appointment the caller may see: all, all but the words people wrote, nothing. */
export async function sightOf(asker: Asker, appointment: Parties): Promise<'ALL' | 'WITHOUT_WORDS' | 'NOTHING'> {
  switch (asker.caller.role) {
    case 'SYSTEM':
      return 'ALL';
    case 'FRONT_DESK':
    case 'BILLER':
      return 'WITHOUT_WORDS';
    case 'PRACTITIONER':
      return isThe(asker.caller, appointment.practitionerId) ? 'ALL' : 'NOTHING';
    case 'PATIENT':
      return (await asker.charts.mayOpen(appointment.patientId)) ? 'ALL' : 'NOTHING';
    default:
      return 'NOTHING';
  }
}

/** The same rule as a condition on rows `t` of appointment, for lists. */
export function appointmentsInSight({ caller, charts }: Asker): Sql {
  if (caller.role === 'FRONT_DESK' || caller.role === 'SYSTEM' || caller.role === 'BILLER') return sql`true`;
  if (caller.role === 'PRACTITIONER' && caller.practitionerId) return sql`t.practitioner_id = ${caller.practitionerId}`;
  return caller.role === 'PATIENT' ? charts.mayOpenSql('t.patient_id') : sql`false`;
}

/** Whose appointments are followed: of one patient or one practitioner. */
export type Party = { readonly practitionerId: string } | { readonly patientId: string };

/** Follows all appointments of a party as they change. Each of them is asked for once more by `sightOf`. */
export async function mayFollowAppointments({ caller, charts }: Asker, party: Party): Promise<boolean> {
  if (caller.role === 'FRONT_DESK' || caller.role === 'BILLER' || caller.role === 'SYSTEM') return true;
  if ('practitionerId' in party) return isThe(caller, party.practitionerId);
  return caller.role === 'PATIENT' && charts.mayOpen(party.patientId);
}

/** Books and waits for this patient. */
export const mayActFor = async ({ caller, charts }: Asker, patientId: string): Promise<boolean> =>
  caller.role === 'FRONT_DESK' || (caller.role === 'PATIENT' && (await charts.mayOpen(patientId)));

/** Roles that act for patients at all: the others are told so, whatever the patient. */
export const actsForPatients = ({ role }: Caller): boolean => role === 'FRONT_DESK' || role === 'PATIENT';

/** Of those who see an appointment: who may cancel it, move it, say that the patient is there. */
export const mayChange = ({ role }: Caller): boolean => role === 'FRONT_DESK' || role === 'PATIENT' || role === 'PRACTITIONER';

/** Of those who see an appointment: who may accept, decline, check in, fulfil, mark a no-show. */
export const mayConduct = ({ role }: Caller): boolean => role === 'FRONT_DESK' || role === 'PRACTITIONER';

/** Registers practitioners, creates visit types. */
export const mayRunPractice = ({ role }: Caller): boolean => role === 'FRONT_DESK' || role === 'SYSTEM';

/** Sets hours and exceptions, and sees why somebody is off. */
export const mayKeepSchedule = (caller: Caller, practitionerId: string): boolean => mayRunPractice(caller) || isThe(caller, practitionerId);

export const maySeeWaitlist = async ({ caller, charts }: Asker, patientId: string): Promise<boolean> =>
  caller.role === 'SYSTEM' || caller.role === 'FRONT_DESK' || (caller.role === 'PATIENT' && (await charts.mayOpen(patientId)));

/** Notice periods and late fees bind the patient's side only. */
export const isPatientSide = ({ role }: Caller): boolean => role === 'PATIENT';

const isThe = (caller: Caller, practitionerId: string): boolean =>
  caller.role === 'PRACTITIONER' && caller.practitionerId === practitionerId;
