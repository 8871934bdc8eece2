import { sqltag as sql } from '@prisma/client/runtime/client';
import type { EventEnvelope } from '#schema/events.ts';
import type { SqlExecutor } from './database.ts';

/** Who treats whom: kept by every subgraph in its own database, because each decides for itself who may open a chart. */
export async function saveTreatingRelation(
  tx: SqlExecutor,
  relation: { sourceId: string; patientId: string; practitionerId: string; effectiveAt: Date },
): Promise<void> {
  await tx.$executeRaw(sql`
    insert into treating_relation (source_id, patient_id, practitioner_id, effective_at)
    values (${relation.sourceId}, ${relation.patientId}, ${relation.practitionerId}, ${relation.effectiveAt})
    on conflict (source_id) do update
    set patient_id = excluded.patient_id, practitioner_id = excluded.practitioner_id, effective_at = excluded.effective_at`);
}

export async function removeTreatingRelation(tx: SqlExecutor, sourceId: string): Promise<void> {
  await tx.$executeRaw(sql`delete from treating_relation where source_id = ${sourceId}`);
}

export async function saveProxyRelation(
  tx: SqlExecutor,
  grant: { grantId: string; patientId: string; proxyPatientId: string },
): Promise<void> {
  await tx.$executeRaw(sql`
    insert into proxy_relation (grant_id, patient_id, proxy_patient_id)
    values (${grant.grantId}, ${grant.patientId}, ${grant.proxyPatientId})
    on conflict (grant_id) do nothing`);
}

export async function removeProxyRelation(tx: SqlExecutor, grantId: string): Promise<void> {
  await tx.$executeRaw(sql`delete from proxy_relation where grant_id = ${grantId}`);
}

const relate = (tx: SqlExecutor, event: EventEnvelope<'appointment.booked'> | EventEnvelope<'appointment.rescheduled'>) =>
  saveTreatingRelation(tx, {
    sourceId: event.data.appointmentId,
    patientId: event.data.patientId,
    practitionerId: event.data.practitionerId,
    effectiveAt: new Date(event.data.startsAt),
  });

const unrelate = (tx: SqlExecutor, event: EventEnvelope<'appointment.cancelled'> | EventEnvelope<'appointment.noShow'>) =>
  removeTreatingRelation(tx, event.data.appointmentId);

/** Take in the events that make and end relations. A subgraph spreads in those it hears. */
export const treatingRelationHandlers = {
  'appointment.booked': relate,
  'appointment.rescheduled': relate,
  'appointment.cancelled': unrelate,
  'appointment.noShow': unrelate,
};

export const proxyRelationHandlers = {
  'patient.proxyGranted': (tx: SqlExecutor, event: EventEnvelope<'patient.proxyGranted'>) => saveProxyRelation(tx, event.data),
  'patient.proxyRevoked': (tx: SqlExecutor, event: EventEnvelope<'patient.proxyRevoked'>) => removeProxyRelation(tx, event.data.grantId),
};

export const careRelationHandlers = { ...treatingRelationHandlers, ...proxyRelationHandlers };
