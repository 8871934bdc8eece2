import { notFound, Refusal, type UserError } from '#chassis/errors.ts';
import { lock } from '#chassis/database.ts';
import { mutate } from '#chassis/mutation.ts';
import { askIn } from '#chassis/access/rules.ts';
import { appointmentAccess, isPatientSide, type AppointmentAction } from './access.ts';
import { timeOf } from './appointment-events.ts';
import { appointmentStates } from './appointment-states.ts';
import { advance, cancel, miss, type Step } from './appointment-steps.ts';
import { appointmentById, changeAppointment } from './appointment-store.ts';
import { assertMayArrive } from './arrival.ts';
import { serviceOf } from './booking-checks.ts';
import { words } from './booking-rules.ts';
import type { AppointmentContext, Tx } from './context.ts';
import type { Appointment } from './generated/prisma/client.ts';
import type {
  ApproveAppointmentInput,
  ArriveAppointmentInput,
  CancelAppointmentInput,
  CheckInAppointmentInput,
  DeclineAppointmentInput,
  FulfillAppointmentInput,
  MarkNoShowInput,
} from './generated/graphql.ts';

interface AppointmentAnswer {
  appointment: Appointment | null;
  userErrors: UserError[];
}

/** The appointment, if it is there and the caller may see it. */
export async function findAppointment(context: AppointmentContext, id: string): Promise<Appointment | null> {
  return appointmentAccess.visible(context, await context.loaders.appointment.load(id));
}

/**
 * The same after a mutation, as it is stored now. The repeat of a key comes here too, and who sent it first may have lost
 * the sight of the appointment since.
 */
export function appointmentAfterChange(context: AppointmentContext, id: string): Promise<Appointment | null> {
  context.loaders.appointment.clear(id);
  context.loaders.history.clear(id);
  return findAppointment(context, id);
}

export const approveAppointment = (context: AppointmentContext, input: ApproveAppointmentInput): Promise<AppointmentAnswer> =>
  takeStep(context, 'approveAppointment', input, async ({ tx, emit, appointment, now, by }) => {
    appointmentStates.assert(appointment.status, 'BOOKED', ['appointmentId']);
    const { startsAt } = appointment;
    if (startsAt <= now) throw conflict(`The start that was asked for, ${startsAt.toISOString()}, has passed. Decline the request.`);
    const booked = await changeAppointment(tx, appointment, { status: 'BOOKED' }, now, by);
    await emit('appointment.booked', booked.id, timeOf(booked, await serviceOf(tx, booked)));
  });

export const declineAppointment = (context: AppointmentContext, input: DeclineAppointmentInput): Promise<AppointmentAnswer> =>
  takeStep(context, 'declineAppointment', input, async (step) => {
    const { status } = step.appointment;
    if (status === 'BOOKED') {
      throw new Refusal('ILLEGAL_STATE', 'The appointment is BOOKED: it was accepted. Cancel it instead.', {
        path: ['appointmentId'],
        currentState: status,
        allowedStates: appointmentStates.allowedFrom(status),
      });
    }
    await cancel(step, { reasonCode: 'PROV', note: words(input.note, 'note'), byPatientSide: false });
  });

export const cancelAppointment = (context: AppointmentContext, input: CancelAppointmentInput): Promise<AppointmentAnswer> =>
  takeStep(context, 'cancelAppointment', input, (step) =>
    cancel(step, { reasonCode: input.reasonCode, note: words(input.note, 'note'), byPatientSide: isPatientSide(context.caller) }),
  );

export const arriveAppointment = (context: AppointmentContext, input: ArriveAppointmentInput): Promise<AppointmentAnswer> =>
  takeStep(context, 'arriveAppointment', input, async (step) => {
    appointmentStates.assert(step.appointment.status, 'ARRIVED', ['appointmentId']);
    assertMayArrive(step.appointment.startsAt, step.now);
    await advance(step, 'ARRIVED');
  });

export const checkInAppointment = (context: AppointmentContext, input: CheckInAppointmentInput): Promise<AppointmentAnswer> =>
  takeStep(context, 'checkInAppointment', input, async (step) => {
    await advance(step, 'CHECKED_IN');
  });

export const fulfillAppointment = (context: AppointmentContext, input: FulfillAppointmentInput): Promise<AppointmentAnswer> =>
  takeStep(context, 'fulfillAppointment', input, async (step) => {
    const { status, startsAt } = step.appointment;
    if ((await serviceOf(step.tx, step.appointment)).modality === 'VIDEO') {
      throw conflict('The appointment is by video: it is fulfilled when its visit is finished.');
    }
    appointmentStates.assert(status, 'FULFILLED', ['appointmentId']);
    if (step.now < startsAt) throw conflict(`The appointment starts at ${startsAt.toISOString()}: until then it has not taken place.`);
    await advance(step, 'FULFILLED');
  });

export const markNoShow = (context: AppointmentContext, input: MarkNoShowInput): Promise<AppointmentAnswer> =>
  takeStep(context, 'markNoShow', input, async (step) => {
    const { status, startsAt } = step.appointment;
    appointmentStates.assert(status, 'NOSHOW', ['appointmentId']);
    if (step.now < startsAt) throw conflict(`The appointment starts at ${startsAt.toISOString()}: until then the patient may still come.`);
    await miss(step);
  });

const conflict = (message: string): Refusal => new Refusal('CONFLICT', message, { path: ['appointmentId'] });

async function takeStep(
  context: AppointmentContext,
  operation: AppointmentAction,
  input: { idempotencyKey: string; appointmentId: string },
  work: (step: Step) => Promise<void>,
): Promise<AppointmentAnswer> {
  const { appointmentId } = input;
  const outcome = await mutate(context, operation, input, async (tx: Tx, emit) => {
    await lock(tx, `appointment:${appointmentId}`);
    const asker = askIn(tx, context);
    const appointment = await appointmentAccess.visible({ ...asker, audit: context.audit }, await appointmentById(tx, appointmentId));
    if (!appointment) throw notFound('appointment', ['appointmentId']);
    if (!(await appointmentAccess.may(asker, operation, appointment)))
      throw new Refusal('NOT_ALLOWED', 'Your role may see this appointment but not take this step.');
    await work({ tx, emit, appointment, now: context.now(), by: context.caller.subject });
    return { appointmentId };
  });
  if (!outcome.ok) return { appointment: null, userErrors: outcome.userErrors };
  return { appointment: await appointmentAfterChange(context, appointmentId), userErrors: [] };
}
