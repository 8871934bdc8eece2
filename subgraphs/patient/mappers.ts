import type { Caller } from '#chassis/caller.ts';
import type { AllergyRecord } from './allergy-store.ts';
import type { AuditEventRow } from './audit-store.ts';
import type { BreakGlassRecord } from './break-glass-store.ts';
import type { CareTeamMemberRecord } from './care-team-store.ts';
import type { ConsentRecord } from './consent-store.ts';
import type { PatientRecord } from './patient-store.ts';
import type { ProxyGrantRecord } from './proxy-store.ts';

/** A patient of whom the caller sees no demographics. */
export interface PatientById {
  readonly id: string;
}

export type PatientMapper = PatientRecord | PatientById;
export type AllergyIntoleranceMapper = AllergyRecord;
export type ConsentMapper = ConsentRecord;
export type ProxyGrantMapper = ProxyGrantRecord;
export type CareTeamMemberMapper = CareTeamMemberRecord;
export type BreakGlassGrantMapper = BreakGlassRecord;
export type MeMapper = Caller;
export type AuditEventMapper = AuditEventRow;
export type ChartAccessMapper = AuditEventRow;
/** Owned by the appointment subgraph: here only its id. */
export type PractitionerMapper = { id: string };
