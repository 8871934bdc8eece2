import type { VisitParticipantRole } from './generated/prisma/enums.ts';
import type { VisitStep } from './visit-states.ts';

/** Who takes a step in a visit. */
export interface Attendee {
  readonly role: VisitParticipantRole;
  /** `pat_…` for PATIENT and PROXY, `prc_…` for PRACTITIONER. */
  readonly personId: string;
}

/** One stretch of time in which a person was in a visit. */
export interface Presence extends Attendee {
  readonly sequence: number;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
}

/** What a step does to the presences of a visit. */
export interface PresenceChange {
  readonly comes: Attendee | null;
  /** Sequences of the open presences that end. */
  readonly ends: readonly number[];
}

/**
 * Who comes and who goes by a step. Arriving, being there at the admission and returning open a presence; leaving ends
 * one's own; the end of the visit ends all.
 */
export function presenceChange(presences: readonly Presence[], step: VisitStep, attendee: Attendee | null): PresenceChange {
  const open = presences.filter(({ endedAt }) => endedAt === null);
  const own = open.filter(({ personId }) => personId === attendee?.personId);
  if (step === 'finish' || step === 'cancel') return { comes: null, ends: open.map(({ sequence }) => sequence) };
  if (step === 'leave') return { comes: null, ends: own.map(({ sequence }) => sequence) };
  return { comes: own.length > 0 ? null : attendee, ends: [] };
}

/** A person of a visit with all the times they were there. */
export interface Participant extends Attendee {
  readonly periods: readonly { startedAt: Date; endedAt: Date | null }[];
}

/** Patient and practitioner, whether they came or not, then all others in the order in which they came. */
export function participantsOf(visit: { patientId: string; practitionerId: string }, presences: readonly Presence[]): Participant[] {
  const people = new Map<string, Attendee>([
    [visit.patientId, { role: 'PATIENT', personId: visit.patientId }],
    [visit.practitionerId, { role: 'PRACTITIONER', personId: visit.practitionerId }],
  ]);
  const inOrder = presences.toSorted((a, b) => a.sequence - b.sequence);
  for (const { role, personId } of inOrder) if (!people.has(personId)) people.set(personId, { role, personId });
  return [...people.values()].map((person) => ({ ...person, periods: inOrder.filter(({ personId }) => personId === person.personId) }));
}
