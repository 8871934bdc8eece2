import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#chassis/ids.ts';
import { breakTheGlass, givenConsent, patientServiceIsSilent, revokeConsent, type ConsentFacts } from '#chassis/testing/access-facts.ts';
import type { TestCaller } from '#chassis/testing/test-subgraph.ts';
import { key, visitStory, type Story } from './testing/story.ts';

// A psychiatric visit between two ordinary ones, and a colleague who treats the patient.

const colleagueId = newId('prc');
let story: Story;
let colleague: TestCaller;
let biller: TestCaller;
let plain: string[];
let hidden: { visitId: string; appointmentId: string; noteId: string };

beforeAll(async () => {
  story = await visitStory();
  colleague = story.graph.as({ role: 'PRACTITIONER', practitionerId: colleagueId });
  biller = story.graph.as({ role: 'BILLER' });
  await story.book({ practitionerId: colleagueId, modality: 'IN_PERSON' });
  const at = (hours: number) => ({ startsAt: new Date(Date.now() + hours * 3_600_000).toISOString() });
  const first = await story.plan(at(1));
  const sensitive = await story.plan({ ...at(2), sensitivities: ['PSYCHIATRIC'] });
  const last = await story.plan(at(3));
  plain = [last.visitId, first.visitId];
  const { visitId } = sensitive;
  await story.step(story.patient, 'enterWaitingRoom', { visitId });
  await story.step(story.practitioner, 'admitPatient', { visitId });
  await story.step(story.practitioner, 'finishVisit', { visitId });
  const { note } = await write('saveNoteDraft', { visitId, plan: 'Talk again', sensitivities: ['HIV'] });
  hidden = { ...sensitive, noteId: note?.id ?? '' };
  await write('signNote', { noteId: hidden.noteId });
  await story.graph.heardFrom('patient');
});
afterAll(() => story[Symbol.asyncDispose]());

async function write(mutation: 'saveNoteDraft' | 'signNote', input: Record<string, unknown>, as = story.practitioner) {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
  const data = await as.execute<Record<string, { note: { id: string; sensitivities: string[] } | null }>>(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { note { id sensitivities } userErrors { code message path } } }`,
    { input: { idempotencyKey: key(), ...input } },
  );
  return data[mutation] ?? { note: null };
}

interface List {
  visits: { edges: { node: { id: string } }[]; pageInfo: { hasNextPage: boolean } };
}

/** The visits of the patient as the caller pages through them, one at a time. */
async function paged(as: TestCaller): Promise<string[]> {
  const document = `query ($r: [_Any!]!, $after: String) { _entities(representations: $r) { ... on Patient {
    visits(first: 1, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } } } }`;
  const found: string[] = [];
  for (let after: string | null = null, more = true; more;) {
    const data: { _entities: (List & { visits: { pageInfo: { endCursor: string | null } } })[] } = await as.execute(document, {
      r: [{ __typename: 'Patient', id: story.patientId }],
      after,
    });
    const page = data._entities[0]?.visits;
    found.push(...(page?.edges ?? []).map(({ node }) => node.id));
    after = page?.pageInfo.endCursor ?? null;
    more = page?.pageInfo.hasNextPage ?? false;
  }
  return found;
}

/** How the sensitive visit looks to the caller, on every way to it. */
async function reach(as: TestCaller) {
  const { visit, _entities: found } = await as.execute<{
    visit: { sensitivities: string[]; note: { sensitivities: string[] } | null } | null;
    _entities: [{ id: string } | null, { id: string } | null, { visit: { id: string } | null }, List];
  }>(
    `query ($id: ID!, $r: [_Any!]!) {
      visit(id: $id) { sensitivities note { sensitivities } }
      _entities(representations: $r) {
        ... on Visit { id } ... on ClinicalNote { id } ... on Appointment { visit { id } }
        ... on Practitioner { visits { edges { node { id } } pageInfo { hasNextPage } } }
      } }`,
    {
      id: hidden.visitId,
      r: [
        { __typename: 'Visit', id: hidden.visitId },
        { __typename: 'ClinicalNote', id: hidden.noteId },
        { __typename: 'Appointment', id: hidden.appointmentId },
        { __typename: 'Practitioner', id: story.practitionerId },
      ],
    },
  );
  return {
    labels: visit?.sensitivities ?? null,
    note: visit?.note?.sensitivities ?? null,
    visit: found[0] !== null && found[2].visit !== null,
    noteByItself: found[1] !== null,
    ofPractitioner: found[3].visits.edges.map(({ node }) => node.id),
    paged: await paged(as),
  };
}

const everything = () => ({
  labels: ['PSYCHIATRIC'],
  note: ['PSYCHIATRIC', 'HIV'],
  visit: true,
  noteByItself: true,
  ofPractitioner: [plain[0], hidden.visitId, plain[1]],
  paged: [plain[0], hidden.visitId, plain[1]],
});
const nothing = () => ({ labels: null, note: null, visit: false, noteByItself: false, ofPractitioner: plain, paged: plain });

describe('a sensitive visit', () => {
  test('is open to the patient, a proxy and its practitioner, and its note has the labels of the visit and those of its author', async () => {
    for (const who of [story.patient, await story.proxyOf(story.patientId), story.practitioner]) {
      expect(await reach(who)).toEqual(everything());
    }
  });

  test('is work for the front desk, without labels and note', async () => {
    expect(await reach(story.frontDesk)).toEqual({ ...everything(), labels: [], note: null, noteByItself: false });
  });

  test('is not there for a colleague who treats the patient, nor for a biller', async () => {
    expect(await reach(colleague)).toEqual(nothing());
    expect(await reach(biller)).toEqual(nothing());
  });

  test('stays hidden with a consent for somebody else, for something else or for another purpose', async () => {
    const { patientId } = story;
    const consents: ConsentFacts[] = [
      { patientId, sensitivities: ['PSYCHIATRIC', 'HIV'], practitionerId: newId('prc') },
      { patientId, sensitivities: ['SUBSTANCE_USE'] },
      { patientId, sensitivities: [] },
      { patientId, sensitivities: ['PSYCHIATRIC'], purposes: ['RESEARCH'] },
      { patientId: newId('pat'), sensitivities: ['PSYCHIATRIC'] },
    ];
    const ids = await Promise.all(consents.map((facts) => givenConsent(story.graph, facts)));
    expect(await reach(colleague)).toEqual(nothing());
    for (const id of ids) await revokeConsent(story.graph, id, story.patientId);
  });

  test('appears with a consent, each record as far as its labels go, and is gone with the revocation: from lists, pages and streams', async () => {
    const { patientId } = story;
    const first = await givenConsent(story.graph, { patientId, sensitivities: ['PSYCHIATRIC'] });
    // The note tells of HIV too.
    expect(await reach(colleague)).toEqual({ ...everything(), note: null, noteByItself: false });
    expect(await reach(biller)).toEqual(nothing());
    const second = await givenConsent(story.graph, { patientId, sensitivities: ['HIV'], practitionerId: colleagueId });
    expect(await reach(colleague)).toEqual(everything());

    await using seen = colleague.subscribe('subscription ($id: ID!) { visitUpdated(visitId: $id) { id note { id } } }', {
      id: hidden.visitId,
    });
    expect(await seen.next()).toEqual({ visitUpdated: { id: hidden.visitId, note: { id: hidden.noteId } } });
    await revokeConsent(story.graph, first, story.patientId);
    expect(await seen.result()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
    expect(await reach(colleague)).toEqual(nothing());
    await revokeConsent(story.graph, second, story.patientId);
  });

  test('is shown to a biller with a consent for payment, without the note', async () => {
    const id = await givenConsent(story.graph, { patientId: story.patientId, sensitivities: ['PSYCHIATRIC'], purposes: ['PAYMENT'] });
    expect(await reach(biller)).toEqual({ ...everything(), labels: [], note: null, noteByItself: false });
    await revokeConsent(story.graph, id, story.patientId);
  });

  test('is hidden again while the patient service is silent: a revocation may be on its way', async () => {
    const id = await givenConsent(story.graph, { patientId: story.patientId, sensitivities: ['PSYCHIATRIC', 'HIV'] });
    expect(await reach(colleague)).toEqual(everything());
    await patientServiceIsSilent(story.graph);
    expect(await reach(colleague)).toEqual(nothing());
    expect(await reach(story.practitioner)).toEqual(everything());
    await story.graph.heardFrom('patient');
    await revokeConsent(story.graph, id, story.patientId);
  });

  test('is seen by whoever breaks the glass, with its note', async () => {
    const strangerId = newId('prc');
    const stranger = story.graph.as({ role: 'PRACTITIONER', practitionerId: strangerId });
    expect(await paged(stranger)).toEqual([]);
    await breakTheGlass(story.graph, story.patientId, strangerId);
    expect(await reach(stranger)).toEqual(everything());
    expect((await story.step(stranger, 'cancelVisit', { visitId: plain[0], reason: 'OTHER' })).userErrors).toMatchObject([
      { code: 'NOT_ALLOWED' },
    ]);
  });

  test('moved to another practitioner takes the labels that the appointment has then', async () => {
    const { visitId, appointmentId, ...booking } = await story.plan({ patientId: newId('pat'), sensitivities: ['PSYCHIATRIC'] });
    await story.graph.receive('appointment.rescheduled', appointmentId, {
      ...booking,
      appointmentId,
      sensitivities: [],
      previousStartsAt: booking.startsAt,
    });
    expect(await story.practitioner.execute('query ($id: ID!) { visit(id: $id) { sensitivities } }', { id: visitId })).toEqual({
      visit: { sensitivities: [] },
    });
  });
});

describe('what is not yours answers like what is not there', () => {
  const step = (name: string, more = '') =>
    [
      name,
      `mutation ($key: String!, $id: ID!) { ${name}(input: { idempotencyKey: $key, visitId: $id${more} }) { visit { id } userErrors { code message path } } }`,
      'visit',
    ] as const;
  const note = (name: string, field: string, more = '') =>
    [
      name,
      `mutation ($key: String!, $id: ID!) { ${name}(input: { idempotencyKey: $key, ${field}: $id${more} }) { note { id } userErrors { code message path } } }`,
      field === 'noteId' ? 'note' : 'visit',
    ] as const;
  test.each<readonly [string, string, 'visit' | 'note' | 'appointment']>([
    ['visit', 'query ($id: ID!) { visit(id: $id) { id } }', 'visit'],
    step('enterWaitingRoom'),
    [
      'enterWaitingRoom by appointment',
      'mutation ($key: String!, $id: ID!) { enterWaitingRoom(input: { idempotencyKey: $key, appointmentId: $id }) { visit { id } userErrors { code message path } } }',
      'appointment',
    ],
    step('admitPatient'),
    step('leaveVisit'),
    step('returnToVisit'),
    step('finishVisit'),
    step('cancelVisit', ', reason: OTHER'),
    note('saveNoteDraft', 'visitId', ', plan: "x"'),
    note('signNote', 'noteId'),
    note('addNoteAddendum', 'noteId', ', text: "x"'),
  ])('%s', async (_name, document, kind) => {
    const [yours, missing] = {
      visit: [hidden.visitId, newId('vis')],
      note: [hidden.noteId, newId('nte')],
      appointment: [hidden.appointmentId, newId('apt')],
    }[kind] as [string, string];
    for (const who of [colleague, biller, story.graph.as({ role: 'PATIENT', patientId: newId('pat') })]) {
      const ask = (id: string) => who.run(document, { id, ...(document.startsWith('mutation') && { key: key() }) });
      const answer = await ask(missing);
      expect(await ask(yours)).toEqual(answer);
      expect(JSON.stringify(answer)).not.toMatch(/"id"/);
    }
  });
});
