import type { Caller } from '#chassis/caller.ts';
import type { ChartAccess } from '#chassis/chart-access.ts';
import { Prisma } from './generated/prisma/client.ts';

// Who may see and do what. Whatever is not said here is denied.
//
// | who                     | prescription                    | issues    | steps                                            |
// | ----------------------- | ------------------------------- | --------- | ------------------------------------------------ |
// | patient, proxy          | own, drafts too                 | all       |                                                  |
// | prescriber              | own                             | all       | draft, update, override, sign; and as below      |
// | treating practitioner   | of patients they treat          | all       | route, hold, release, stop, cancel; draft        |
// | pharmacy                | signed and routed to it (1)     | allergies | dispense                                         |
// | front desk, system      |                                 |           | register a pharmacy                              |
// | biller, payer, privacy  |                                 |           |                                                  |
//
// (1) Without the visit and without the signed text: it tells of other medications, by the overrides.
//
// The catalogue and the pharmacies hold nothing of a patient: everyone who is signed in sees them.

interface Owned {
  readonly patientId: string;
  readonly practitionerId: string;
  readonly pharmacyId: string | null;
  readonly signedAt: Date | null;
}

export interface Viewer {
  readonly caller: Caller;
  readonly charts: Pick<ChartAccess, 'mayOpen' | 'mayOpenSql'>;
}

export const isPrescriber = (caller: Caller, prescription: { practitionerId: string }): boolean =>
  caller.role === 'PRACTITIONER' && caller.practitionerId !== undefined && caller.practitionerId === prescription.practitionerId;

const isItsPharmacy = (caller: Caller, { pharmacyId, signedAt }: Owned): boolean =>
  caller.role === 'PHARMACY' && caller.organizationId !== undefined && caller.organizationId === pharmacyId && signedAt !== null;

export async function maySeePrescription({ caller, charts }: Viewer, prescription: Owned): Promise<boolean> {
  return isPrescriber(caller, prescription) || isItsPharmacy(caller, prescription) || charts.mayOpen(prescription.patientId);
}

/** The rule of `maySeePrescription` as a condition on rows of the table prescription with the alias `t`. */
export function visiblePrescriptions({ caller, charts }: Viewer): Prisma.Sql {
  if (caller.role === 'PHARMACY' && caller.organizationId !== undefined) {
    return Prisma.sql`t.pharmacy_id = ${caller.organizationId} and t.signed_at is not null`;
  }
  const byChart = charts.mayOpenSql('t.patient_id');
  if (caller.role !== 'PRACTITIONER' || caller.practitionerId === undefined) return byChart;
  return Prisma.sql`(t.practitioner_id = ${caller.practitionerId} or ${byChart})`;
}

/** Of a prescription that the caller sees: a pharmacy learns of allergies, not of what else the patient takes. */
export const maySeeIssue = (caller: Caller, issue: { code: string }): boolean => caller.role !== 'PHARMACY' || issue.code === 'ALLERGY';

export const maySeeVisitOf = (caller: Caller): boolean => caller.role !== 'PHARMACY';

/** The text under a signature, of a prescription that the caller sees. */
export const maySeeSignedContent = (caller: Caller): boolean => caller.role === 'PATIENT' || caller.role === 'PRACTITIONER';

/** Route, hold, release, stop, cancel a prescription that the caller sees. */
export const mayManage = (caller: Caller): boolean => caller.role === 'PRACTITIONER';

/** The pharmacy as which the caller acts; undefined for everyone else. */
export const pharmacyOf = (caller: Caller): string | undefined => (caller.role === 'PHARMACY' ? caller.organizationId : undefined);

/** The practitioner as whom the caller acts; undefined for everyone else. */
export const practitionerOf = (caller: Caller): string | undefined => (caller.role === 'PRACTITIONER' ? caller.practitionerId : undefined);

export const mayRegisterPharmacy = (caller: Caller): boolean => caller.role === 'FRONT_DESK' || caller.role === 'SYSTEM';
