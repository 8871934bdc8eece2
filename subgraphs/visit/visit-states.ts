import { Refusal } from '#chassis/errors.ts';
import { stateMachine } from '#chassis/state-machine.ts';
import type { VisitStatus } from './generated/prisma/enums.ts';

/** FHIR EncounterStatus, as far as a video visit uses it. */
export const visitStates = stateMachine<VisitStatus>('visit', {
  PLANNED: ['ARRIVED', 'CANCELLED'],
  ARRIVED: ['IN_PROGRESS', 'CANCELLED'],
  IN_PROGRESS: ['ONLEAVE', 'FINISHED'],
  ONLEAVE: ['IN_PROGRESS', 'FINISHED'],
  FINISHED: [],
  CANCELLED: [],
});

interface Step {
  readonly from: readonly VisitStatus[];
  readonly to: VisitStatus;
  readonly event: 'visit.patientArrived' | 'visit.started' | 'visit.paused' | 'visit.resumed' | 'visit.finished' | 'visit.cancelled';
}

/**
 * The steps people take. Each names where it starts, because the states alone would let a patient "return" from the
 * waiting room into a visit that nobody has admitted them to.
 */
export const visitSteps = {
  arrive: { from: ['PLANNED'], to: 'ARRIVED', event: 'visit.patientArrived' },
  admit: { from: ['ARRIVED'], to: 'IN_PROGRESS', event: 'visit.started' },
  leave: { from: ['IN_PROGRESS'], to: 'ONLEAVE', event: 'visit.paused' },
  return: { from: ['ONLEAVE'], to: 'IN_PROGRESS', event: 'visit.resumed' },
  finish: { from: ['IN_PROGRESS', 'ONLEAVE'], to: 'FINISHED', event: 'visit.finished' },
  cancel: { from: ['PLANNED', 'ARRIVED'], to: 'CANCELLED', event: 'visit.cancelled' },
} as const satisfies Record<string, Step>;

export type VisitStep = keyof typeof visitSteps;

const isLegal = (status: VisitStatus, step: VisitStep): boolean => (visitSteps[step].from as readonly VisitStatus[]).includes(status);

/** @throws Refusal ILLEGAL_STATE that names the current state and those it could go to */
export function assertStep(status: VisitStatus, step: VisitStep, path: string[]): void {
  const { from, to } = visitSteps[step];
  if (isLegal(status, step)) return;
  visitStates.assert(status, to, path);
  throw stateRefusal(status, `The visit is ${status}; this step starts from ${from.join(' or ')}.`, path);
}

export function stateRefusal(status: VisitStatus, message: string, path: string[]): Refusal {
  return new Refusal('ILLEGAL_STATE', message, { path, currentState: status, allowedStates: visitStates.allowedFrom(status) });
}
