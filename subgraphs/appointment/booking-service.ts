import { notFound, Refusal } from '#chassis/errors.ts';
import { lock } from '#chassis/database.ts';
import { newId } from '#chassis/ids.ts';
import { mutate } from '#chassis/mutation.ts';
import { askIn } from '#chassis/access/rules.ts';
import { actsForPatients, appointmentAccess, bookingAccess, isPatientSide } from './access.ts';
import { timeOf } from './appointment-events.ts';
import { appointmentAfterChange, findAppointment } from './appointment-service.ts';
import { appointmentById, changeAppointment, insertAppointment, type WrittenAppointment } from './appointment-store.ts';
import { assertFree, assertKnownPatient, assertOffered, assertReschedulable, keepingPromises, serviceOf } from './booking-checks.ts';
import { assertBookable, assertMovable, placeFor, words } from './booking-rules.ts';
import type { AppointmentContext, Tx } from './context.ts';
import type { BookAppointmentInput, RescheduleAppointmentInput } from './generated/graphql.ts';
import { healthcareServiceById } from './healthcare-service-store.ts';
import type { BookAppointmentPayloadMapper, TakenPlace } from './mappers.ts';
import { sensitivitiesOf } from './specialties.ts';

// Takes and moves places. Under the locks of patient and practitioner first the overlaps are looked at, so that all losers of
// a race hear SLOT_TAKEN; READ COMMITTED, because each statement after a lock must see what the holder before has committed.

export async function bookAppointment(context: AppointmentContext, input: BookAppointmentInput): Promise<BookAppointmentPayloadMapper> {
  const { patientId, practitionerId, healthcareServiceId, startsAt } = input;
  const outcome = await mutate(
    context,
    'bookAppointment',
    input,
    async (tx: Tx, emit) => {
      const { caller } = context;
      if (!actsForPatients(caller)) throw new Refusal('NOT_ALLOWED', 'Only the patient, a proxy or the front desk books.');
      if (!(await bookingAccess.may(askIn(tx, context), 'bookAppointment', { patientId }))) throw notFound('patient', ['patientId']);
      const reason = words(input.reason, 'reason');
      await assertKnownPatient(tx, patientId);
      const service = await healthcareServiceById(tx, healthcareServiceId);
      if (!service) throw notFound('visit type', ['healthcareServiceId']);
      const place = placeFor(service, patientId, practitionerId, startsAt);
      await lock(tx, `patient:${patientId}`, `practitioner:${practitionerId}`);
      await assertFree(tx, place, null);
      const now = context.now();
      assertBookable(service, startsAt, now, isPatientSide(caller));
      const practitioner = await assertOffered(tx, service, place);

      const appointment: WrittenAppointment = {
        ...place,
        id: newId('apt'),
        healthcareServiceId,
        sensitivities: sensitivitiesOf(service, practitioner),
        status: service.requiresApproval ? 'PENDING' : 'BOOKED',
        reason,
        cancelReasonCode: null,
        cancelNote: null,
        cancelledLate: null,
        cancelledAt: null,
        feeMinor: null,
        feeCurrency: null,
        createdAt: now,
      };
      await keepingPromises(() => insertAppointment(tx, appointment, caller.subject));
      await emit(
        appointment.status === 'PENDING' ? 'appointment.requested' : 'appointment.booked',
        appointment.id,
        timeOf(appointment, service),
      );
      return { appointmentId: appointment.id };
    },
    { isolationLevel: 'ReadCommitted' },
  );
  return answer(context, outcome, () => Promise.resolve({ practitionerId, healthcareServiceId, startsAt }));
}

export async function rescheduleAppointment(
  context: AppointmentContext,
  input: RescheduleAppointmentInput,
): Promise<BookAppointmentPayloadMapper> {
  const { appointmentId, startsAt } = input;
  const outcome = await mutate(
    context,
    'rescheduleAppointment',
    input,
    async (tx: Tx, emit) => {
      const { caller } = context;
      const asker = askIn(tx, context);
      await lock(tx, `appointment:${appointmentId}`);
      const appointment = await appointmentAccess.visible({ ...asker, audit: context.audit }, await appointmentById(tx, appointmentId));
      if (!appointment) throw notFound('appointment', ['appointmentId']);
      const practitionerId = input.practitionerId ?? appointment.practitionerId;
      const toColleague = practitionerId !== appointment.practitionerId;
      if (!(await appointmentAccess.may(asker, 'rescheduleAppointment', appointment)))
        throw new Refusal('NOT_ALLOWED', 'Only the patient, a proxy, the practitioner or the front desk moves an appointment.');
      if (toColleague && !(await appointmentAccess.may(asker, 'moveToColleague', appointment))) {
        throw new Refusal('NOT_ALLOWED', 'A practitioner moves appointments within the own calendar. Ask the front desk.', {
          path: ['practitionerId'],
        });
      }
      assertReschedulable(appointment);
      const service = await serviceOf(tx, appointment);
      const now = context.now();
      assertMovable(service, appointment.startsAt, now, isPatientSide(caller));
      if (!toColleague && startsAt.getTime() === appointment.startsAt.getTime()) return { appointmentId };

      const { patientId } = appointment;
      const place = placeFor(service, patientId, practitionerId, startsAt);
      await lock(tx, `patient:${patientId}`, `practitioner:${practitionerId}`, `practitioner:${appointment.practitionerId}`);
      await assertFree(tx, place, appointmentId);
      assertBookable(service, startsAt, now, isPatientSide(caller));
      const sensitivities = sensitivitiesOf(service, await assertOffered(tx, service, place));
      const moved = await keepingPromises(() => changeAppointment(tx, appointment, { ...place, sensitivities }, now, caller.subject));
      await emit('appointment.rescheduled', appointmentId, {
        ...timeOf(moved, service),
        previousStartsAt: appointment.startsAt.toISOString(),
      });
      return { appointmentId };
    },
    { isolationLevel: 'ReadCommitted' },
  );
  return answer(context, outcome, async () => {
    const appointment = await findAppointment(context, appointmentId);
    if (!appointment) return null;
    return {
      practitionerId: input.practitionerId ?? appointment.practitionerId,
      healthcareServiceId: appointment.healthcareServiceId,
      startsAt,
    };
  });
}

async function answer(
  context: AppointmentContext,
  outcome: Awaited<ReturnType<typeof mutate<Tx, { appointmentId: string }>>>,
  place: () => Promise<TakenPlace | null>,
): Promise<BookAppointmentPayloadMapper> {
  if (outcome.ok) return { appointment: await appointmentAfterChange(context, outcome.result.appointmentId), taken: null, userErrors: [] };
  const { userErrors } = outcome;
  return { appointment: null, taken: userErrors.some(({ code }) => code === 'SLOT_TAKEN') ? await place() : null, userErrors };
}
