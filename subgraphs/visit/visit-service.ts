import { Refusal, notFound, type UserError } from '#chassis/errors.ts';
import { mutate } from '#chassis/mutation.ts';
import { askIn } from '#chassis/access/rules.ts';
import { attendeeOf, visitAccess, type VisitAction } from './access.ts';
import type { Tx, VisitContext } from './context.ts';
import type { VisitCancellationReason, VisitStatus } from './generated/prisma/enums.ts';
import { takeStep } from './visit-step.ts';
import type { VisitStep } from './visit-states.ts';
import { lockVisit, type VisitRow } from './visit-store.ts';

export interface VisitPayload {
  visit: VisitRow | null;
  userErrors: UserError[];
}

interface VisitInput {
  idempotencyKey: string;
  visitId: string;
}

/** The visit if it is there and the caller may see it: one answer for both. */
export async function seenVisit(context: VisitContext, id: string): Promise<VisitRow | null> {
  return visitAccess.visible(context, await context.visits.load(id));
}

export async function seenVisitOfAppointment(context: VisitContext, appointmentId: string): Promise<VisitRow | null> {
  const visit = await visitAccess.visible(context, await context.visitsOfAppointments.load(appointmentId));
  if (visit) context.visits.prime(visit.id, visit);
  return visit;
}

/** Called after a change: what this request loads next is what is stored now. */
function forgetVisit(context: VisitContext, visit: { id: string; appointmentId: string }): void {
  context.visits.clear(visit.id);
  context.visitsOfAppointments.clear(visit.appointmentId);
  context.statusPeriods.clear(visit.id);
  context.presences.clear(visit.id);
}

interface StepMutation {
  operation: VisitAction;
  step: VisitStep;
  /** Whoever sees the visit and may not take the step is told this. */
  whoMay: string;
  /** Statuses in which the step has been taken before: nothing happens, and that is no error. */
  doneIn?: readonly VisitStatus[];
}

const stepMutations = {
  enterWaitingRoom: {
    operation: 'enterWaitingRoom',
    step: 'arrive',
    whoMay: 'Only the patient or a proxy enters the waiting room.',
    doneIn: ['ARRIVED', 'IN_PROGRESS', 'ONLEAVE'],
  },
  admitPatient: {
    operation: 'admitPatient',
    step: 'admit',
    whoMay: "Only the visit's practitioner admits the patient.",
  },
  leaveVisit: { operation: 'leaveVisit', step: 'leave', whoMay: 'Only who takes part in the visit can leave it.' },
  returnToVisit: {
    operation: 'returnToVisit',
    step: 'return',
    whoMay: 'Only who takes part in the visit can return to it.',
  },
  finishVisit: {
    operation: 'finishVisit',
    step: 'finish',
    whoMay: "Only the visit's practitioner finishes it.",
  },
  cancelVisit: {
    operation: 'cancelVisit',
    step: 'cancel',
    whoMay: "Only the front desk or the visit's practitioner cancels it.",
  },
} as const satisfies Record<string, StepMutation>;

async function runStep(
  context: VisitContext,
  mutation: StepMutation,
  input: { idempotencyKey: string },
  target: {
    seen: VisitRow | null;
    path: string[];
    complaint?: Refusal | undefined;
    /** What is said when there is no visit that the caller may see; NOT_FOUND if nothing else. */
    unseen?: Refusal;
    cancellationReason?: VisitCancellationReason;
  },
): Promise<VisitPayload> {
  const { seen, path, complaint, unseen, cancellationReason } = target;
  const outcome = await mutate(context, mutation.operation, input, async (tx: Tx, emit) => {
    if (complaint) throw complaint;
    const visit = seen && (await lockVisit(tx, seen.id));
    if (!visit) throw unseen ?? notFound('visit', path);
    if (!(await visitAccess.may(askIn(tx, context), mutation.operation, visit)))
      throw new Refusal('NOT_ALLOWED', mutation.whoMay, { path });
    if (!mutation.doneIn?.includes(visit.status)) {
      const attendee = attendeeOf(context.caller, visit);
      await takeStep(tx, emit, visit, mutation.step, {
        attendee,
        now: context.now(),
        path,
        ...(cancellationReason && { cancellationReason }),
      });
    }
    return { visitId: visit.id };
  });
  if (!outcome.ok) return { visit: null, userErrors: outcome.userErrors };
  if (seen) forgetVisit(context, seen);
  return { visit: await seenVisit(context, outcome.result.visitId), userErrors: [] };
}

const runStepById = async (context: VisitContext, mutation: StepMutation, input: VisitInput): Promise<VisitPayload> =>
  runStep(context, mutation, input, { seen: await seenVisit(context, input.visitId), path: ['visitId'] });

/** The appointment may have been booked a moment ago, and the news of it be on its way: worth a retry. The same for a visit that is not the caller's. */
const unknownVisit = (): Refusal =>
  new Refusal(
    'VISIT_UNKNOWN',
    'This service has not heard of a video visit for the appointment. Check the id; right after a booking, retry in a second.',
    { path: ['appointmentId'] },
  );

/** PLANNED to ARRIVED by the patient or a proxy; again while waiting or in the visit: no change. */
export async function enterWaitingRoom(
  context: VisitContext,
  input: { idempotencyKey: string; visitId?: string | null | undefined; appointmentId?: string | null | undefined },
): Promise<VisitPayload> {
  const { visitId, appointmentId } = input;
  const complaint =
    Boolean(visitId) === Boolean(appointmentId)
      ? new Refusal('INVALID_INPUT', 'Give exactly one of visitId and appointmentId.', { path: ['visitId'] })
      : undefined;
  const enter = (target: Parameters<typeof runStep>[3]) =>
    runStep(context, stepMutations.enterWaitingRoom, input, { ...target, complaint });
  if (complaint || visitId) return enter({ seen: visitId ? await seenVisit(context, visitId) : null, path: ['visitId'] });
  return enter({
    seen: await seenVisitOfAppointment(context, appointmentId ?? ''),
    path: ['appointmentId'],
    unseen: unknownVisit(),
  });
}

/** ARRIVED to IN_PROGRESS by the visit's practitioner. */
export const admitPatient = (context: VisitContext, input: VisitInput) => runStepById(context, stepMutations.admitPatient, input);

/** IN_PROGRESS to ONLEAVE by who takes part. */
export const leaveVisit = (context: VisitContext, input: VisitInput) => runStepById(context, stepMutations.leaveVisit, input);

/** ONLEAVE to IN_PROGRESS by who takes part. */
export const returnToVisit = (context: VisitContext, input: VisitInput) => runStepById(context, stepMutations.returnToVisit, input);

/** IN_PROGRESS or ONLEAVE to FINISHED by the visit's practitioner. */
export const finishVisit = (context: VisitContext, input: VisitInput) => runStepById(context, stepMutations.finishVisit, input);

const reasonsOfAppointments: readonly VisitCancellationReason[] = ['APPOINTMENT_CANCELLED', 'PATIENT_NO_SHOW'];

/** PLANNED or ARRIVED to CANCELLED by the front desk or the visit's practitioner. */
export async function cancelVisit(context: VisitContext, input: VisitInput & { reason: VisitCancellationReason }): Promise<VisitPayload> {
  const complaint = reasonsOfAppointments.includes(input.reason)
    ? new Refusal('INVALID_INPUT', `${input.reason} comes from the appointment: cancel it or mark it as no-show instead.`, {
        path: ['reason'],
      })
    : undefined;
  const seen = await seenVisit(context, input.visitId);
  return runStep(context, stepMutations.cancelVisit, input, { seen, path: ['visitId'], complaint, cancellationReason: input.reason });
}
