import type { Logger } from 'pino';
import { breakGlassHandlers } from '#chassis/access/known-break-glass.ts';
import { consentHandlers } from '#chassis/access/known-consents.ts';
import { careTeamHandlers, proxyRelationHandlers } from '#chassis/care-relations.ts';
import { lock } from '#chassis/database.ts';
import type { EventHandlers } from '#chassis/events-in.ts';
import type { Emit } from '#chassis/outbox.ts';
import type { EventEnvelope } from '#schema/events.ts';
import { appointmentStates, type AppointmentState } from './appointment-states.ts';
import { advance, cancel } from './appointment-steps.ts';
import { appointmentById, saveKnownPatient } from './appointment-store.ts';
import { arrivesFrom } from './arrival.ts';
import type { Tx } from './context.ts';

/** What the appointment service does on events of others. */
export const handlers: EventHandlers<Tx> = {
  ...proxyRelationHandlers,
  ...careTeamHandlers,
  ...consentHandlers,
  ...breakGlassHandlers,
  'patient.registered': (tx, event) => saveKnownPatient(tx, event.data.patientId, new Date(event.time)),
  'visit.patientArrived': arriveWithVisit,
  // Whoever is in the call has arrived, even where the waiting room was skipped or entered too early to count.
  'visit.started': (tx, event, emit) => follow(tx, emit, event, ['ARRIVED']),
  'visit.finished': (tx, event, emit) => follow(tx, emit, event, ['ARRIVED', 'FULFILLED']),
  'visit.cancelled': cancelWithVisit,
};

/** Somebody waits for the visit. Long before the start that says nothing: the appointment can still be cancelled or moved. */
async function arriveWithVisit(tx: Tx, event: EventEnvelope<'visit.patientArrived'>, emit: Emit): Promise<void> {
  await lock(tx, `appointment:${event.data.appointmentId}`);
  const appointment = await appointmentById(tx, event.data.appointmentId);
  if (!appointment || new Date(event.time) < arrivesFrom(appointment.startsAt)) return;
  await follow(tx, emit, event, ['ARRIVED']);
}

/** States in which there is nothing to cancel: the news has come back to where it began. */
const calledOff: readonly AppointmentState[] = ['CANCELLED', 'NOSHOW'];

/** The practice called the video visit off: the appointment for it has no purpose left, and the patient owes nothing. */
async function cancelWithVisit(tx: Tx, event: EventEnvelope<'visit.cancelled'>, emit: Emit, log: Logger): Promise<void> {
  const { appointmentId, visitId } = event.data;
  await lock(tx, `appointment:${appointmentId}`);
  const appointment = await appointmentById(tx, appointmentId);
  if (!appointment || calledOff.includes(appointment.status)) return;
  const { status } = appointment;
  if (!appointmentStates.allows(status, 'CANCELLED')) {
    log.warn(
      { eventId: event.id, type: event.type, appointmentId, visitId, status },
      'the visit was cancelled after the patient had arrived: the appointment stays as it is',
    );
    return;
  }
  const step = { tx, emit, appointment, now: new Date(event.time), by: 'system:visit' };
  await cancel(step, { reasonCode: 'PROV', note: null, byPatientSide: false });
}

type VisitEvent = EventEnvelope<'visit.patientArrived'> | EventEnvelope<'visit.started'> | EventEnvelope<'visit.finished'>;

/**
 * Takes those of the steps that are legal from where the appointment stands. What has happened in the visit is never
 * refused: an appointment that was ended here in the meantime stays as it is.
 */
async function follow(tx: Tx, emit: Emit, { data, time }: VisitEvent, steps: readonly ('ARRIVED' | 'FULFILLED')[]): Promise<void> {
  await lock(tx, `appointment:${data.appointmentId}`);
  let appointment = await appointmentById(tx, data.appointmentId);
  for (const step of steps) {
    if (!appointment || !appointmentStates.allows(appointment.status, step)) continue;
    appointment = await advance({ tx, emit, appointment, now: new Date(time), by: 'system:visit' }, step);
  }
}
