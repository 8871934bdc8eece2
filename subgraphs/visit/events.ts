import type { Logger } from 'pino';
import { breakGlassHandlers } from '#chassis/access/known-break-glass.ts';
import { consentHandlers } from '#chassis/access/known-consents.ts';
import { careRelationHandlers, careTeamHandlers, proxyRelationHandlers } from '#chassis/care-relations.ts';
import type { EventHandlers } from '#chassis/events-in.ts';
import { newId } from '#chassis/ids.ts';
import type { Emit } from '#chassis/outbox.ts';
import type { EventEnvelope } from '#schema/events.ts';
import type { Tx } from './context.ts';
import type { VisitCancellationReason } from './generated/prisma/enums.ts';
import { visitSteps } from './visit-states.ts';
import { takeStep, visitEventData } from './visit-step.ts';
import {
  findVisitsOfAppointments,
  insertVisit,
  lockVisitOfAppointment,
  replanVisit,
  type PlannedFields,
  type VisitRow,
} from './visit-store.ts';

// What this subgraph does when appointments change. Until the patient is admitted a visit follows its appointment;
// from then on the visit wins: people who talk to each other are not parted by a calendar.

const plannedBy = ({ data }: EventEnvelope<'appointment.booked'> | EventEnvelope<'appointment.rescheduled'>): PlannedFields => ({
  practitionerId: data.practitionerId,
  serviceCode: data.serviceCode,
  sensitivities: data.sensitivities,
  plannedStartAt: new Date(data.startsAt),
  plannedEndAt: new Date(data.endsAt),
});

const emitPlanned = (emit: Emit, visit: VisitRow): Promise<void> =>
  emit('visit.planned', visit.id, {
    ...visitEventData(visit),
    plannedStartAt: visit.plannedStartAt.toISOString(),
    plannedEndAt: visit.plannedEndAt.toISOString(),
    sensitivities: visit.sensitivities,
  });

/** A booked video appointment gets its visit. */
async function planVisit(tx: Tx, event: EventEnvelope<'appointment.booked'>, emit: Emit): Promise<void> {
  const { appointmentId, patientId, modality } = event.data;
  if (modality !== 'VIDEO') return;
  const existing = await findVisitsOfAppointments(tx, [appointmentId]);
  if (existing.has(appointmentId)) return;
  const now = new Date(event.time);
  const visit: VisitRow = {
    ...plannedBy(event),
    id: newId('vis'),
    appointmentId,
    patientId,
    status: 'PLANNED',
    statusSince: now,
    startedAt: null,
    endedAt: null,
    cancellationReason: null,
    createdAt: now,
  };
  await insertVisit(tx, visit);
  await emitPlanned(emit, visit);
}

/** True while the visit follows its appointment. Says in the log when it no longer does. */
function follows(visit: VisitRow, event: EventEnvelope, log: Logger): boolean {
  const { from } = visitSteps.cancel;
  if ((from as readonly VisitRow['status'][]).includes(visit.status)) return true;
  log.warn(
    { eventId: event.id, type: event.type, visitId: visit.id, appointmentId: visit.appointmentId, status: visit.status },
    'the appointment changed after the visit had begun or ended: the visit stays as it is',
  );
  return false;
}

/** Moves the planned times; the practitioner may be another one now. */
async function moveVisit(tx: Tx, event: EventEnvelope<'appointment.rescheduled'>, emit: Emit, log: Logger): Promise<void> {
  const visit = await lockVisitOfAppointment(tx, event.data.appointmentId);
  if (!visit || !follows(visit, event, log)) return;
  const planned = plannedBy(event);
  await replanVisit(tx, visit.id, planned);
  // Somebody waits already: for whoever hears visit.planned the visit must not fall back to the beginning.
  if (visit.status === 'PLANNED') await emitPlanned(emit, { ...visit, ...planned });
}

async function cancelVisit(
  tx: Tx,
  event: EventEnvelope,
  appointmentId: string,
  cancellationReason: VisitCancellationReason,
  emit: Emit,
  log: Logger,
): Promise<void> {
  const visit = await lockVisitOfAppointment(tx, appointmentId);
  // A visit that was called off before its appointment has nothing left to do.
  if (!visit || visit.status === 'CANCELLED' || !follows(visit, event, log)) return;
  await takeStep(tx, emit, visit, 'cancel', { attendee: null, now: new Date(event.time), cancellationReason });
}

export const visitEventHandlers: EventHandlers<Tx> = {
  ...proxyRelationHandlers,
  ...careTeamHandlers,
  ...consentHandlers,
  ...breakGlassHandlers,
  async 'appointment.booked'(tx, event, emit) {
    await careRelationHandlers['appointment.booked'](tx, event);
    await planVisit(tx, event, emit);
  },
  async 'appointment.rescheduled'(tx, event, emit, log) {
    await careRelationHandlers['appointment.rescheduled'](tx, event);
    await moveVisit(tx, event, emit, log);
  },
  async 'appointment.cancelled'(tx, event, emit, log) {
    await careRelationHandlers['appointment.cancelled'](tx, event);
    await cancelVisit(tx, event, event.data.appointmentId, 'APPOINTMENT_CANCELLED', emit, log);
  },
  async 'appointment.noShow'(tx, event, emit, log) {
    await careRelationHandlers['appointment.noShow'](tx, event);
    await cancelVisit(tx, event, event.data.appointmentId, 'PATIENT_NO_SHOW', emit, log);
  },
};
