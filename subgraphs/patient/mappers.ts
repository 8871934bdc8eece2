import type { Caller } from '#chassis/caller.ts';
import type { AllergyRecord } from './allergy-store.ts';
import type { ConsentRecord } from './consent-store.ts';
import type { PatientRecord } from './patient-store.ts';
import type { ProxyGrantRecord } from './proxy-store.ts';

export type PatientMapper = PatientRecord;
export type AllergyIntoleranceMapper = AllergyRecord;
export type ConsentMapper = ConsentRecord;
export type ProxyGrantMapper = ProxyGrantRecord;
export type MeMapper = Caller;
/** Owned by the appointment subgraph: here only its id. */
export type PractitionerMapper = { id: string };
