import type { Caller, Role } from '#chassis/caller.ts';
import type { ChartAccess } from '#chassis/chart-access.ts';
import { Prisma } from './generated/prisma/client.ts';

// Who may see and do what in this subgraph. What is not said here is denied.
//
//                     demographics, proxies      allergies, consents
//   PATIENT           own and as a proxy         own and as a proxy
//   PRACTITIONER      patients they treat        patients they treat
//   FRONT_DESK        all                        none
//   BILLER            all                        none
//   SYSTEM            all                        none
//   everyone else     none                       none

interface Asker {
  readonly caller: Caller;
  readonly charts: ChartAccess;
}

const seeAllDemographics: ReadonlySet<Role> = new Set(['FRONT_DESK', 'BILLER', 'SYSTEM']);
const keepDemographics: ReadonlySet<Role> = new Set(['FRONT_DESK', 'SYSTEM']);

/** Whoever sees everybody's demographics anyway learns nothing from a refusal that says more. */
export const seesAllDemographics = ({ caller }: Asker): boolean => seeAllDemographics.has(caller.role);

export async function maySeeDemographics(asker: Asker, patientId: string): Promise<boolean> {
  return seesAllDemographics(asker) || (await asker.charts.mayOpen(patientId));
}

export const maySeeChart = ({ charts }: Asker, patientId: string): Promise<boolean> => charts.mayOpen(patientId);

/** The condition on `t.id` for a list of patients; null when the caller sees none at all. */
export function patientsInSight(asker: Asker): Prisma.Sql | null {
  const { caller, charts } = asker;
  if (seesAllDemographics(asker)) return Prisma.sql`true`;
  if (caller.role === 'PATIENT' || caller.role === 'PRACTITIONER') return charts.mayOpenSql('t.id');
  return null;
}

/** Registers people and changes all of their demographics. */
export const mayKeepDemographics = ({ caller }: Asker): boolean => keepDemographics.has(caller.role);

/** What the caller is to a patient whose chart they may open. */
export type ChartRelation = 'PATIENT' | 'PROXY' | 'PRACTITIONER';

/** Null when the caller may not open the chart. */
export async function chartRelation({ caller, charts }: Asker, patientId: string): Promise<ChartRelation | null> {
  if (!(await charts.mayOpen(patientId))) return null;
  if (caller.role === 'PRACTITIONER') return 'PRACTITIONER';
  return caller.patientId === patientId ? 'PATIENT' : 'PROXY';
}

/** The patient, or who acts for them: those who decide on a consent. */
export const speaksForPatient = (relation: ChartRelation): boolean => relation !== 'PRACTITIONER';

/** A grant of one's own is an adult's decision; for a minor the front desk records who the parents or guardians are. */
export function mayGrantProxy({ caller }: Asker, patientId: string, patientIsMinor: boolean): boolean {
  if (caller.role === 'SYSTEM') return true;
  if (caller.role === 'FRONT_DESK') return patientIsMinor;
  return caller.role === 'PATIENT' && caller.patientId === patientId && !patientIsMinor;
}

/** Besides those who may grant, the proxy may step back. */
export function mayRevokeProxy(asker: Asker, grant: { patientId: string; proxyPatientId: string }, patientIsMinor: boolean): boolean {
  const { caller } = asker;
  const stepsBack = caller.role === 'PATIENT' && caller.patientId === grant.proxyPatientId;
  return stepsBack || mayGrantProxy(asker, grant.patientId, patientIsMinor);
}
