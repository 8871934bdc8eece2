import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#chassis/ids.ts';
import type { TestCaller } from '#chassis/testing/test-subgraph.ts';
import { key, visitStory, type Story } from './testing/story.ts';

let story: Story;
/** Everybody who could ask, by what they are to the visit. */
let people: Record<string, TestCaller>;
type WrittenVisit = Awaited<ReturnType<typeof writtenVisit>>;
let visits: { signed: WrittenVisit; draft: WrittenVisit };
beforeAll(async () => {
  story = await visitStory();
  const { graph, patientId } = story;
  const colleagueId = newId('prc');
  await story.book({ practitionerId: colleagueId, modality: 'IN_PERSON' });
  const formerId = newId('prc');
  await story.book({ practitionerId: formerId, modality: 'IN_PERSON', startsAt: new Date(Date.now() - 400 * 86_400_000).toISOString() });
  const revoked = await story.proxyOf(patientId);
  await graph.receive('patient.proxyRevoked', patientId, {
    grantId: revoked.grantId,
    patientId,
    proxyPatientId: revoked.personId,
    endsOn: null,
  });
  people = {
    patient: story.patient,
    proxy: await story.proxyOf(patientId),
    'former proxy': revoked,
    'other patient': graph.as({ role: 'PATIENT', patientId: newId('pat') }),
    'patient without an id': graph.as({ role: 'PATIENT' }),
    practitioner: story.practitioner,
    'treating colleague': graph.as({ role: 'PRACTITIONER', practitionerId: colleagueId }),
    'practitioner of last year': graph.as({ role: 'PRACTITIONER', practitionerId: formerId }),
    'other practitioner': graph.as({ role: 'PRACTITIONER', practitionerId: newId('prc') }),
    'practitioner without an id': graph.as({ role: 'PRACTITIONER' }),
    'front desk': story.frontDesk,
    biller: graph.as({ role: 'BILLER' }),
    pharmacy: graph.as({ role: 'PHARMACY', organizationId: newId('phm') }),
    payer: graph.as({ role: 'PAYER' }),
    'privacy officer': graph.as({ role: 'PRIVACY_OFFICER' }),
  };
  visits = { signed: await writtenVisit(true), draft: await writtenVisit(false) };
  await story.visitThatIs('ARRIVED');
});
afterAll(() => story[Symbol.asyncDispose]());

const person = (name: string): TestCaller => {
  const found = people[name];
  if (!found) throw new Error(`nobody is called ${name}`);
  return found;
};

const seers = ['patient', 'proxy', 'practitioner', 'treating colleague', 'front desk', 'biller'];
const everybody = [
  ...seers,
  'former proxy',
  'other patient',
  'patient without an id',
  'practitioner of last year',
  'other practitioner',
  'practitioner without an id',
  'pharmacy',
  'payer',
  'privacy officer',
];

/** Every way on which a visit and its note can be reached. */
const allWays = `
  query ($visitId: ID!, $representations: [_Any!]!, $practitionerId: ID!) {
    visit(id: $visitId) { id note { id } }
    waitingRoom(practitionerId: $practitionerId, first: 100) { edges { node { id } } }
    _entities(representations: $representations) {
      ... on Visit { visitId: id note { id } }
      ... on ClinicalNote { noteId: id visit { id } }
      ... on Appointment { visit { id } }
      ... on Patient { visits(first: 100) { edges { node { id } } } }
      ... on Practitioner { visits(first: 100) { edges { node { id } } } }
    }
  }`;

interface Ways {
  visit: { id: string; note: { id: string } | null } | null;
  waitingRoom: { edges: unknown[] };
  _entities: [
    { visitId: string } | null,
    { noteId: string } | null,
    { visit: { id: string } | null },
    { visits: { edges: unknown[] } },
    { visits: { edges: unknown[] } },
  ];
}

async function writtenVisit(signed: boolean) {
  const visit = await story.visitThatIs('FINISHED');
  const save = `mutation ($input: SaveNoteDraftInput!) { saveNoteDraft(input: $input) { note { id } } }`;
  const { saveNoteDraft } = await story.practitioner.execute<{ saveNoteDraft: { note: { id: string } } }>(save, {
    input: { idempotencyKey: key(), visitId: visit.visitId, plan: 'Rest' },
  });
  const noteId = saveNoteDraft.note.id;
  if (signed) {
    const sign = `mutation ($input: SignNoteInput!) { signNote(input: $input) { userErrors { code } } }`;
    await story.practitioner.execute(sign, { input: { idempotencyKey: key(), noteId } });
  }
  return { ...visit, noteId };
}

const look = (as: TestCaller, visit: { visitId: string; noteId: string; appointmentId: string }) =>
  as.execute<Ways>(allWays, {
    visitId: visit.visitId,
    practitionerId: story.practitionerId,
    representations: [
      { __typename: 'Visit', id: visit.visitId },
      { __typename: 'ClinicalNote', id: visit.noteId },
      { __typename: 'Appointment', id: visit.appointmentId },
      { __typename: 'Patient', id: story.patientId },
      { __typename: 'Practitioner', id: story.practitionerId },
    ],
  });

describe('who sees a visit', () => {
  test.each(everybody)('%s, on every way', async (name) => {
    const visit = visits.signed;
    const { visit: queried, waitingRoom, _entities: found } = await look(person(name), visit);
    const sees = seers.includes(name);
    expect(queried?.id ?? null).toBe(sees ? visit.visitId : null);
    expect(found[0]?.visitId ?? null).toBe(sees ? visit.visitId : null);
    expect(found[2].visit?.id ?? null).toBe(sees ? visit.visitId : null);
    expect(found[3].visits.edges.length > 0).toBe(sees);
    expect(found[4].visits.edges.length > 0).toBe(sees);
    expect(waitingRoom.edges.length > 0).toBe(['practitioner', 'front desk'].includes(name));
  });

  test("a practitioner's list holds for a patient only the patient's own visits", async () => {
    await story.plan({ patientId: newId('pat') });
    const own = await look(story.patient, visits.signed);
    const all = await look(story.frontDesk, visits.signed);
    expect(own._entities[4].visits.edges.length).toBeLessThan(all._entities[4].visits.edges.length);
    expect(own._entities[4].visits.edges).toEqual(own._entities[3].visits.edges);
  });
});

describe('who reads a note', () => {
  test.each(everybody)('%s, signed and not', async (name) => {
    const noteIdFor = async (visit: WrittenVisit) => {
      const { visit: queried, _entities: found } = await look(person(name), visit);
      expect(found[1]?.noteId ?? null).toBe(queried?.note?.id ?? null);
      return queried?.note?.id ?? null;
    };
    const { draft, signed } = visits;
    expect(await noteIdFor(draft)).toBe(name === 'practitioner' ? draft.noteId : null);
    expect(await noteIdFor(signed)).toBe(['patient', 'proxy', 'practitioner', 'treating colleague'].includes(name) ? signed.noteId : null);
  });
});

describe('who takes a step', () => {
  const steps = [
    { step: 'enterWaitingRoom', from: 'PLANNED', may: ['patient', 'proxy'] },
    { step: 'admitPatient', from: 'ARRIVED', may: ['practitioner'] },
    { step: 'leaveVisit', from: 'IN_PROGRESS', may: ['patient', 'proxy', 'practitioner'] },
    { step: 'returnToVisit', from: 'ONLEAVE', may: ['patient', 'proxy', 'practitioner'] },
    { step: 'finishVisit', from: 'IN_PROGRESS', may: ['practitioner'] },
    { step: 'cancelVisit', from: 'PLANNED', may: ['practitioner', 'front desk'] },
  ] as const;

  /** All who are refused share one visit: it stays as it is. */
  const shared = new Map<string, ReturnType<Story['visitThatIs']>>();
  const untouched = (from: (typeof steps)[number]['from']) => {
    const visit = shared.get(from) ?? story.visitThatIs(from);
    shared.set(from, visit);
    return visit;
  };

  test.each(steps.flatMap((row) => everybody.map((name) => ({ ...row, name }))))('$step by $name', async ({ step, from, may, name }) => {
    const allowed = (may as readonly string[]).includes(name);
    const { visitId } = allowed ? await story.visitThatIs(from) : await untouched(from);
    const { visit, userErrors } = await story.step(person(name), step, { visitId, ...(step === 'cancelVisit' && { reason: 'OTHER' }) });
    const refusal = seers.includes(name) ? 'NOT_ALLOWED' : 'NOT_FOUND';
    expect(userErrors.map(({ code, path }) => [code, ...path])).toEqual(
      (may as readonly string[]).includes(name) ? [] : [[refusal, 'visitId']],
    );
    expect(visit?.id ?? null).toBe(userErrors.length > 0 ? null : visitId);
  });

  test('the refused have changed nothing', async () => {
    for (const [from, visit] of shared) {
      const { visitId } = await visit;
      expect(await story.frontDesk.execute('query ($id: ID!) { visit(id: $id) { status } }', { id: visitId })).toEqual({
        visit: { status: from },
      });
    }
    expect(shared.size).toBe(4);
  });

  test('a visit that does not exist answers like one that is not yours', async () => {
    const { visitId } = await story.plan();
    const stranger = person('other patient');
    const nowhere = await story.step(stranger, 'enterWaitingRoom', { visitId: newId('vis') });
    expect(await story.step(stranger, 'enterWaitingRoom', { visitId })).toEqual(nowhere);
  });
});

describe('who has been admitted treats the patient', () => {
  test.each(['appointment.cancelled', 'appointment.noShow'] as const)('also when %s comes during the call', async (type) => {
    const [patientId, practitionerId] = [newId('pat'), newId('prc')];
    const patient = story.graph.as({ role: 'PATIENT', patientId });
    const practitioner = story.graph.as({ role: 'PRACTITIONER', practitionerId });
    // What shows it is a visit of the patient with somebody else.
    const other = await story.plan({ patientId });
    const sees = async () =>
      (await practitioner.execute<{ visit: object | null }>('query ($id: ID!) { visit(id: $id) { id } }', { id: other.visitId })).visit !==
      null;
    const end = async ({ appointmentId }: { appointmentId: string }) => {
      const appointment = { appointmentId, patientId, practitionerId };
      if (type === 'appointment.noShow') await story.graph.receive(type, appointmentId, { ...appointment, fee: null });
      else await story.graph.receive(type, appointmentId, { ...appointment, reasonCode: 'PAT', late: true, fee: null });
    };
    expect(await sees()).toBe(false);
    const called = await story.plan({ patientId, practitionerId });
    await story.step(patient, 'enterWaitingRoom', { visitId: called.visitId });
    expect((await story.step(practitioner, 'admitPatient', { visitId: called.visitId })).userErrors).toEqual([]);
    await end(called);
    expect(await sees()).toBe(true);
  });

  test('and who has not, does no longer', async () => {
    const [patientId, practitionerId] = [newId('pat'), newId('prc')];
    const practitioner = story.graph.as({ role: 'PRACTITIONER', practitionerId });
    const other = await story.plan({ patientId });
    const { appointmentId, visitId } = await story.plan({ patientId, practitionerId });
    await story.step(story.graph.as({ role: 'PATIENT', patientId }), 'enterWaitingRoom', { visitId });
    const appointment = { appointmentId, patientId, practitionerId };
    await story.graph.receive('appointment.cancelled', appointmentId, { ...appointment, reasonCode: 'PAT', late: true, fee: null });
    expect(await practitioner.execute('query ($id: ID!) { visit(id: $id) { id } }', { id: other.visitId })).toEqual({ visit: null });
  });
});
