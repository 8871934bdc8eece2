import { sqltag as sql } from '@prisma/client/runtime/client';
import type { EventData, EventEnvelope } from '#schema/events.ts';
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

/** An entry in the care team treats until it is removed: its time never passes. */
export async function saveCareTeamRelation(
  tx: SqlExecutor,
  { memberId, patientId, practitionerId }: EventData<'careTeam.memberAdded'>,
): Promise<void> {
  await tx.$executeRaw(sql`
    insert into treating_relation (source_id, patient_id, practitioner_id, effective_at)
    values (${memberId}, ${patientId}, ${practitionerId}, 'infinity') on conflict (source_id) do nothing`);
}

/** @param grant `endsOn` is a calendar date: the first day on which the grant no longer holds */
export async function saveProxyRelation(
  tx: SqlExecutor,
  grant: { grantId: string; patientId: string; proxyPatientId: string; endsOn: string | null },
): Promise<void> {
  await tx.$executeRaw(sql`
    insert into proxy_relation (grant_id, patient_id, proxy_patient_id, ends_on)
    values (${grant.grantId}, ${grant.patientId}, ${grant.proxyPatientId}, ${grant.endsOn}::date)
    on conflict (grant_id) do update set ends_on = excluded.ends_on`);
}

export async function removeProxyRelation(tx: SqlExecutor, grantId: string): Promise<void> {
  await tx.$executeRaw(sql`delete from proxy_relation where grant_id = ${grantId}`);
}

const relate = (tx: SqlExecutor, event: EventEnvelope<'appointment.booked'>) =>
  saveTreatingRelation(tx, {
    sourceId: event.data.appointmentId,
    patientId: event.data.patientId,
    practitionerId: event.data.practitionerId,
    effectiveAt: new Date(event.data.startsAt),
  });

/** Moves the relation of a booking; a request that nobody has accepted yet makes none. */
async function moveRelation(tx: SqlExecutor, { data }: EventEnvelope<'appointment.rescheduled'>): Promise<void> {
  await tx.$executeRaw(sql`
    update treating_relation set practitioner_id = ${data.practitionerId}, effective_at = ${new Date(data.startsAt)} where source_id = ${data.appointmentId}`);
}

const unrelate = (tx: SqlExecutor, event: EventEnvelope<'appointment.cancelled'> | EventEnvelope<'appointment.noShow'>) =>
  removeTreatingRelation(tx, event.data.appointmentId);

/** Whoever is in the call treats the patient, whatever becomes of the appointment afterwards. */
const relateByVisit = (tx: SqlExecutor, event: EventEnvelope<'visit.started'>) =>
  saveTreatingRelation(tx, {
    sourceId: event.data.visitId,
    patientId: event.data.patientId,
    practitionerId: event.data.practitionerId,
    effectiveAt: new Date(event.time),
  });

/** Take in the events that make and end relations. A subgraph spreads in those it hears. */
export const treatingRelationHandlers = {
  'appointment.booked': relate,
  'appointment.rescheduled': moveRelation,
  'appointment.cancelled': unrelate,
  'appointment.noShow': unrelate,
  'visit.started': relateByVisit,
};

export const proxyRelationHandlers = {
  'patient.proxyGranted': (tx: SqlExecutor, event: EventEnvelope<'patient.proxyGranted'>) => saveProxyRelation(tx, event.data),
  'patient.proxyRevoked': (tx: SqlExecutor, event: EventEnvelope<'patient.proxyRevoked'>) => removeProxyRelation(tx, event.data.grantId),
};

export const careTeamHandlers = {
  'careTeam.memberAdded': (tx: SqlExecutor, event: EventEnvelope<'careTeam.memberAdded'>) => saveCareTeamRelation(tx, event.data),
  'careTeam.memberRemoved': (tx: SqlExecutor, event: EventEnvelope<'careTeam.memberRemoved'>) =>
    removeTreatingRelation(tx, event.data.memberId),
};

export const careRelationHandlers = { ...treatingRelationHandlers, ...proxyRelationHandlers };
