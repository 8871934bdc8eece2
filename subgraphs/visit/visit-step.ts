import { saveTreatingRelation } from '#chassis/care-relations.ts';
import type { Emit } from '#chassis/outbox.ts';
import type { EventData } from '#schema/events.ts';
import type { Tx } from './context.ts';
import type { VisitCancellationReason } from './generated/prisma/enums.ts';
import { presenceChange, type Attendee } from './presence.ts';
import { assertStep, visitSteps, type VisitStep } from './visit-states.ts';
import { changePresences, changeStatus, findPresences, type VisitRow } from './visit-store.ts';

export interface StepDetail {
  /** Who takes the step, when it is somebody of the visit. */
  attendee: Attendee | null;
  now: Date;
  /** Input field that held the id, for the refusal. */
  path?: string[];
  cancellationReason?: VisitCancellationReason;
}

/** What the events of a visit say about it. */
export const visitEventData = (visit: VisitRow): EventData<'visit.patientArrived'> => ({
  visitId: visit.id,
  appointmentId: visit.appointmentId,
  patientId: visit.patientId,
  practitionerId: visit.practitionerId,
});

/**
 * Takes a step with a locked visit: status, history, who is there, at the admission who treats whom, event.
 * @throws Refusal ILLEGAL_STATE
 */
export async function takeStep(tx: Tx, emit: Emit, visit: VisitRow, step: VisitStep, detail: StepDetail): Promise<void> {
  assertStep(visit.status, step, detail.path ?? []);
  // A clock that is set back must not make a period end before it began.
  const at = detail.now > visit.statusSince ? detail.now : visit.statusSince;
  const startedAt = step === 'admit' ? at : visit.startedAt;

  await changeStatus(tx, visit.id, {
    status: visitSteps[step].to,
    statusSince: at,
    startedAt,
    endedAt: step === 'finish' ? at : null,
    cancellationReason: step === 'cancel' ? (detail.cancellationReason ?? 'OTHER') : null,
  });

  const presences = (await findPresences(tx, [visit.id])).get(visit.id) ?? [];
  await changePresences(tx, visit.id, {
    ...presenceChange(presences, step, detail.attendee),
    lastSequence: presences.at(-1)?.sequence ?? 0,
    at,
  });

  if (step === 'admit') {
    // By the visit: the relation by the appointment goes when that is cancelled, and the two in the call must not be parted.
    const { id: sourceId, patientId, practitionerId } = visit;
    await saveTreatingRelation(tx, { sourceId, patientId, practitionerId, effectiveAt: at });
  }

  const data = visitEventData(visit);
  if (step !== 'finish') return emit(visitSteps[step].event, visit.id, data);
  if (!startedAt) throw new Error(`visit ${visit.id} is ${visit.status} and was never started`);
  return emit('visit.finished', visit.id, {
    ...data,
    serviceCode: visit.serviceCode,
    startedAt: startedAt.toISOString(),
    endedAt: at.toISOString(),
    sensitivities: visit.sensitivities,
  });
}
