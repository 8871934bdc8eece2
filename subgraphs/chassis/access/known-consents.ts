import { sqltag as sql } from '@prisma/client/runtime/client';
import type { EventData, EventEnvelope } from '#schema/events.ts';
import type { SqlExecutor } from '../database.ts';

/** The active consents, kept by every subgraph that hides by them. The patient subgraph keeps its own in the change's transaction. */
export async function saveActiveConsent(tx: SqlExecutor, consent: EventData<'consent.activated'>): Promise<void> {
  const { consentId, patientId, provision, scope, purposes, sensitivities, practitionerId, periodStart, periodEnd } = consent;
  await tx.$executeRaw(sql`
    insert into active_consent (consent_id, patient_id, provision, scope, purposes, sensitivities, practitioner_id, period_start, period_end)
    values (${consentId}, ${patientId}, ${provision}, ${scope}, ${[...purposes]}::text[], ${[...sensitivities]}::text[], ${practitionerId},
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
