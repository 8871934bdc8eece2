import { join, type Sql, sqltag as sql } from '@prisma/client/runtime/client';
import type { Caller, Role } from '../caller.ts';
import { consentQuestion } from './consent-decision.ts';
import { chartClosedSql } from './consent-sql.ts';

/** What a caller is to a patient. Written once, as the patients to whom somebody is it; all checks follow from that. */
export interface PatientRelation {
  readonly name: string;
  readonly role: Role;
  /** `select <patient id> …`: the patients to whom this caller stands in the relation. Null: to none, the claims say so. */
  readonly patients: (caller: Caller) => Sql | null;
}

/** The patient in person. The claims decide it alone. */
export const self: PatientRelation = {
  name: 'self',
  role: 'PATIENT',
  patients: ({ patientId }) => (patientId ? sql`select ${patientId}::text` : null),
};

/** Whoever may act for the patient: a grant that has not ended. */
export const proxy: PatientRelation = {
  name: 'proxy',
  role: 'PATIENT',
  patients: ({ patientId }) =>
    patientId
      ? sql`select pr.patient_id from proxy_relation as pr where pr.proxy_patient_id = ${patientId} and (pr.ends_on is null or pr.ends_on > (now() at time zone 'UTC')::date)`
      : null,
};

/**
 * A practitioner who treats the patient: an appointment or visit in the last 12 months or ahead, or an entry in the care team
 * (kept with a time that never passes). Not where a consent closes the chart to them.
 */
export const treating: PatientRelation = {
  name: 'treating',
  role: 'PRACTITIONER',
  patients: (caller) =>
    caller.practitionerId
      ? sql`select tr.patient_id from treating_relation as tr where tr.practitioner_id = ${caller.practitionerId} and tr.effective_at > now() - interval '12 months'
          and not ${chartClosedSql(consentQuestion(caller), sql`tr.patient_id`)}`
      : null,
};

/** A practitioner who has opened the chart in an emergency, for 60 minutes. No consent closes it to them. */
export const breakGlass: PatientRelation = {
  name: 'breakGlass',
  role: 'PRACTITIONER',
  patients: ({ practitionerId }) =>
    practitionerId
      ? sql`select bg.patient_id from break_glass_grant as bg where bg.practitioner_id = ${practitionerId} and bg.ended_at is null and bg.expires_at > now()`
      : null,
};

/** A pharmacy that has a signed prescription of the patient. Only the patient subgraph keeps the table for it. */
export const dispensing: PatientRelation = {
  name: 'dispensing',
  role: 'PHARMACY',
  patients: ({ organizationId }) =>
    organizationId ? sql`select ph.patient_id from pharmacy_relation as ph where ph.pharmacy_id = ${organizationId}` : null,
};

/** All that a role can be to a patient: what is asked together, in one statement. */
export const relationsOf: Partial<Record<Role, readonly PatientRelation[]>> = {
  PATIENT: [self, proxy],
  PRACTITIONER: [treating, breakGlass],
  PHARMACY: [dispensing],
};

/** Whether the caller stands in one of the relations to the patient (an expression). Written so that a list is joined, not scanned. */
export function isRelatedSql(caller: Caller, relations: readonly PatientRelation[], patient: Sql): Sql {
  const sources = relations
    .flatMap((relation) => (relation.role === caller.role ? [relation.patients(caller)] : []))
    .filter((source) => source !== null);
  if (sources.length === 0) return sql`false`;
  return sql`exists (select from (${join(sources, ' union all ')}) as opened (patient_id) where opened.patient_id = ${patient})`;
}
