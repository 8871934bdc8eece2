import type { Emit } from '#chassis/outbox.ts';
import { partiesOf } from './appointment-events.ts';
import { appointmentStates, type AppointmentState } from './appointment-states.ts';
import { changeAppointment } from './appointment-store.ts';
import { serviceOf } from './booking-checks.ts';
import { cancellationTerms, noShowFee, type Fee } from './cancellation-policy.ts';
import type { Tx } from './context.ts';
import type { Appointment } from './generated/prisma/client.ts';

// The steps themselves, whoever takes them: a person, an event, the clock.

/** One step of an appointment whose lock is held. */
export interface Step {
  tx: Tx;
  emit: Emit;
  appointment: Appointment;
  now: Date;
  /** `sub` of who takes it. */
  by: string;
}

/** Goes on along the day of the appointment. @throws Refusal ILLEGAL_STATE */
export async function advance(
  { tx, emit, appointment, now, by }: Step,
  status: 'ARRIVED' | 'CHECKED_IN' | 'FULFILLED',
): Promise<Appointment> {
  appointmentStates.assert(appointment.status, status, ['appointmentId']);
  const changed = await changeAppointment(tx, appointment, { status }, now, by);
  if (status === 'FULFILLED') {
    const { code: serviceCode, modality } = await serviceOf(tx, changed);
    const startsAt = changed.startsAt.toISOString();
    await emit('appointment.fulfilled', changed.id, {
      ...partiesOf(changed),
      serviceCode,
      modality,
      startsAt,
      sensitivities: changed.sensitivities,
    });
  } else await emit(status === 'ARRIVED' ? 'appointment.arrived' : 'appointment.checkedIn', changed.id, partiesOf(changed));
  return changed;
}

interface CancelTerms {
  reasonCode: NonNullable<Appointment['cancelReasonCode']>;
  note: string | null;
  byPatientSide: boolean;
}

/** Gives the place free. @throws Refusal ILLEGAL_STATE */
export async function cancel({ tx, emit, appointment, now, by }: Step, { reasonCode, note, byPatientSide }: CancelTerms): Promise<void> {
  appointmentStates.assert(appointment.status, 'CANCELLED', ['appointmentId']);
  const { startsAt } = appointment;
  const { late, fee } = cancellationTerms(await serviceOf(tx, appointment), {
    booked: appointment.status === 'BOOKED',
    byPatientSide,
    startsAt,
    at: now,
  });
  const status: AppointmentState = 'CANCELLED';
  const change = { status, cancelReasonCode: reasonCode, cancelNote: note, cancelledLate: late, cancelledAt: now, ...feeColumns(fee) };
  await changeAppointment(tx, appointment, change, now, by);
  await emit('appointment.cancelled', appointment.id, { ...partiesOf(appointment), reasonCode, late, fee });
}

/** The patient did not come. @throws Refusal ILLEGAL_STATE */
export async function miss({ tx, emit, appointment, now, by }: Step): Promise<void> {
  const status: AppointmentState = 'NOSHOW';
  appointmentStates.assert(appointment.status, status, ['appointmentId']);
  const fee = noShowFee(await serviceOf(tx, appointment));
  await changeAppointment(tx, appointment, { status, ...feeColumns(fee) }, now, by);
  await emit('appointment.noShow', appointment.id, { ...partiesOf(appointment), fee });
}

const feeColumns = (fee: Fee | null) => ({ feeMinor: fee?.amountMinor ?? null, feeCurrency: fee?.currency ?? null });
