import { sqltag as sql } from '@prisma/client/runtime/client';
import type { EventData, EventEnvelope } from '#schema/events.ts';
import type { SqlExecutor } from '../database.ts';
import { decidingScope } from './consent-decision.ts';

/** The active consents that decide, kept by every subgraph that hides by them. The patient subgraph keeps its own in the change's transaction. */
export async function saveActiveConsent(tx: SqlExecutor, consent: EventData<'consent.activated'>): Promise<void> {
  if (consent.scope !== decidingScope) return;
  const { consentId, patientId, provision, purposes, sensitivities, practitionerId, periodStart, periodEnd } = consent;
  await tx.$executeRaw(sql`
    insert into active_consent (consent_id, patient_id, provision, purposes, sensitivities, practitioner_id, period_start, period_end)
    values (${consentId}, ${patientId}, ${provision}, ${[...purposes]}::text[], ${[...sensitivities]}::text[], ${practitionerId},
      ${periodStart}::timestamptz, ${periodEnd}::timestamptz)
    on conflict (consent_id) do nothing`);
}

export async function removeActiveConsent(tx: SqlExecutor, consentId: string): Promise<void> {
  await tx.$executeRaw(sql`delete from active_consent where consent_id = ${consentId}`);
}

export const consentHandlers = {
  'consent.activated': (tx: SqlExecutor, { data }: EventEnvelope<'consent.activated'>) => saveActiveConsent(tx, data),
  'consent.revoked': (tx: SqlExecutor, { data }: EventEnvelope<'consent.revoked'>) => removeActiveConsent(tx, data.consentId),
};

/** A row of active_consent, as a bulk load brings it. */
export interface SeededConsent {
  consentId: string;
  patientId: string;
  provision: string;
  purposes: string[];
  sensitivities: string[];
  practitionerId: string | null;
  periodStart: Date | null;
  periodEnd: Date | null;
}

/** Of these consents, those that are kept. */
export const seededConsents = (
  consents: readonly (Omit<SeededConsent, 'consentId'> & { id: string; status: string; scope: string })[],
): SeededConsent[] =>
  consents
    .filter(({ status, scope }) => status === 'ACTIVE' && scope === decidingScope)
    .map(({ id, patientId, provision, purposes, sensitivities, practitionerId, periodStart, periodEnd }) => ({
      consentId: id,
      patientId,
      provision,
      purposes,
      sensitivities,
      practitionerId,
      periodStart,
      periodEnd,
    }));
