import type pg from 'pg';
import { newId } from '../ids.ts';

// What a subgraph knows of consents and emergency access, written as its event handlers would: for tests of who may see what.

export interface ConsentFacts {
  patientId: string;
  provision?: 'PERMIT' | 'DENY';
  /** Codes of ConsentPurpose; none: for all. */
  purposes?: string[];
  sensitivities?: string[];
  practitionerId?: string;
}

/** The patient gives a consent. @returns its id */
export async function givenConsent(pool: pg.Pool, facts: ConsentFacts): Promise<string> {
  const { patientId, provision = 'PERMIT', purposes = ['TREATMENT'], sensitivities = [], practitionerId = null } = facts;
  const consentId = newId('con');
  await pool.query(
    `insert into active_consent (consent_id, patient_id, provision, scope, purposes, sensitivities, practitioner_id)
     values ($1, $2, $3, 'PATIENT_PRIVACY', $4, $5, $6)`,
    [consentId, patientId, provision, purposes, sensitivities, practitionerId],
  );
  return consentId;
}

export async function revokeConsent(pool: pg.Pool, consentId: string): Promise<void> {
  await pool.query('delete from active_consent where consent_id = $1', [consentId]);
}

/** The practitioner opens the chart in an emergency, for an hour. */
export async function breakTheGlass(pool: pg.Pool, patientId: string, practitionerId: string): Promise<void> {
  await pool.query(
    `insert into break_glass_grant (grant_id, patient_id, practitioner_id, opened_at, expires_at) values ($1, $2, $3, now(), now() + interval '60 minutes')`,
    [newId('evt'), patientId, practitionerId],
  );
}

/** Nothing was heard from the patient service for two minutes: what it knows of consents may be out of date. */
export async function patientServiceIsSilent(pool: pg.Pool): Promise<void> {
  await pool.query(`update inbox_source set heard_at = now() - interval '2 minutes' where source = 'patient'`);
}
