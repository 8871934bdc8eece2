import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { participantsOf, presenceChange, type Attendee, type Presence } from './presence.ts';
import type { VisitStep } from './visit-states.ts';

const patient: Attendee = { role: 'PATIENT', personId: 'pat_child' };
const mother: Attendee = { role: 'PROXY', personId: 'pat_mother' };
const practitioner: Attendee = { role: 'PRACTITIONER', personId: 'prc_doctor' };
const visit = { patientId: 'pat_child', practitionerId: 'prc_doctor' };
const at = (minute: number) => new Date(Date.UTC(2026, 5, 1, 9, minute));

type Taken = readonly [VisitStep, Attendee | null];

/** Applies steps the way the store does. */
function walk(steps: readonly Taken[]): Presence[] {
  let presences: Presence[] = [];
  for (const [minute, [step, attendee]] of steps.entries()) {
    const { comes, ends } = presenceChange(presences, step, attendee);
    presences = presences.map((presence) => (ends.includes(presence.sequence) ? { ...presence, endedAt: at(minute) } : presence));
    if (comes) presences = [...presences, { ...comes, sequence: presences.length + 1, startedAt: at(minute), endedAt: null }];
  }
  return presences;
}

const here = (presences: Presence[]) => presences.filter(({ endedAt }) => endedAt === null).map(({ personId }) => personId);

describe('who is in a visit', () => {
  test.each<{ after: string; steps: Taken[]; present: string[] }>([
    { after: 'nothing', steps: [], present: [] },
    { after: 'the patient came', steps: [['arrive', patient]], present: ['pat_child'] },
    { after: 'a proxy came', steps: [['arrive', mother]], present: ['pat_mother'] },
    {
      after: 'the admission',
      steps: [
        ['arrive', patient],
        ['admit', practitioner],
      ],
      present: ['pat_child', 'prc_doctor'],
    },
    {
      after: 'the patient left',
      steps: [
        ['arrive', patient],
        ['admit', practitioner],
        ['leave', patient],
      ],
      present: ['prc_doctor'],
    },
    {
      after: 'the patient came back',
      steps: [
        ['arrive', patient],
        ['admit', practitioner],
        ['leave', patient],
        ['return', patient],
      ],
      present: ['prc_doctor', 'pat_child'],
    },
    {
      after: 'the practitioner went on alone',
      steps: [
        ['arrive', patient],
        ['admit', practitioner],
        ['leave', patient],
        ['return', practitioner],
      ],
      present: ['prc_doctor'],
    },
    {
      after: 'the proxy took over',
      steps: [
        ['arrive', patient],
        ['admit', practitioner],
        ['leave', patient],
        ['return', mother],
      ],
      present: ['prc_doctor', 'pat_mother'],
    },
    {
      after: 'the end',
      steps: [
        ['arrive', patient],
        ['admit', practitioner],
        ['finish', practitioner],
      ],
      present: [],
    },
    {
      after: 'a cancellation by the front desk',
      steps: [
        ['arrive', patient],
        ['cancel', null],
      ],
      present: [],
    },
  ])('after $after: $present', ({ steps, present }) => {
    expect(here(walk(steps))).toEqual(present);
  });

  test('whatever happens, nobody is there twice, and nobody after the end', () => {
    const step = fc.tuple(fc.constantFrom<VisitStep>('arrive', 'admit', 'leave', 'return'), fc.constantFrom(patient, mother, practitioner));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const present = here(walk(steps));
        expect(new Set(present).size).toBe(present.length);
        expect(here(walk([...steps, ['finish', practitioner]]))).toEqual([]);
      }),
    );
  });
});

describe('participants', () => {
  test('patient and practitioner stand in the list before they come', () => {
    expect(participantsOf(visit, [])).toEqual([
      { ...patient, periods: [] },
      { ...practitioner, periods: [] },
    ]);
  });

  test('a proxy follows, and each has all their periods', () => {
    const presences = walk([
      ['arrive', mother],
      ['admit', practitioner],
      ['leave', mother],
      ['return', mother],
    ]);
    const participants = participantsOf(visit, presences.toReversed());
    expect(participants.map(({ role }) => role)).toEqual(['PATIENT', 'PRACTITIONER', 'PROXY']);
    expect(participants[2]?.periods).toMatchObject([
      { startedAt: at(0), endedAt: at(2) },
      { startedAt: at(3), endedAt: null },
    ]);
  });
});
