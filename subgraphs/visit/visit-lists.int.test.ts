import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#chassis/ids.ts';
import { visitStory, type Story } from './testing/story.ts';

let story: Story;
beforeAll(async () => void (story = await visitStory()));
afterAll(() => story[Symbol.asyncDispose]());

interface Connection {
  edges: { cursor: string; node: { id: string } }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

const connection = `edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`;

/** Reads a list page by page to its end. */
async function readAll(
  page: (variables: { first: number; after: string | null }) => Promise<Connection>,
  first: number,
): Promise<string[]> {
  const ids: string[] = [];
  let after: string | null = null;
  for (;;) {
    const { edges, pageInfo } = await page({ first, after });
    expect(edges.length).toBeLessThanOrEqual(first);
    expect(pageInfo.hasPreviousPage).toBe(after !== null);
    ids.push(...edges.map(({ node }) => node.id));
    if (!pageInfo.hasNextPage) return ids;
    after = pageInfo.endCursor;
  }
}

const visitsBelow =
  (typename: 'Patient' | 'Practitioner', id: string) =>
  async (variables: { first: number; after: string | null }): Promise<Connection> => {
    const document = `query ($first: Int, $after: String, $representations: [_Any!]!) {
      _entities(representations: $representations) { ... on ${typename} { visits(first: $first, after: $after) { ${connection} } } }
    }`;
    const { _entities } = await story.frontDesk.execute<{ _entities: [{ visits: Connection }] }>(document, {
      ...variables,
      representations: [{ __typename: typename, id }],
    });
    return _entities[0].visits;
  };

describe.each(['Patient', 'Practitioner'] as const)('%s.visits', (typename) => {
  test('the latest planned start first, in whole and in pages, also where starts are equal', async () => {
    const people = { patientId: newId('pat'), practitionerId: newId('prc') };
    const starts = [5, 1, 3, 3, 3, 2, 4].map((day) => `2031-01-0${day}T09:00:00.000Z`);
    const planned: { visitId: string; startsAt: string }[] = [];
    for (const startsAt of starts) planned.push(await story.plan({ ...people, startsAt }));
    const expected = planned
      .toSorted((a, b) => b.startsAt.localeCompare(a.startsAt) || b.visitId.localeCompare(a.visitId))
      .map(({ visitId }) => visitId);
    const list = visitsBelow(typename, typename === 'Patient' ? people.patientId : people.practitionerId);
    expect(await readAll(list, 100)).toEqual(expected);
    expect(await readAll(list, 2)).toEqual(expected);
  });

  test('is empty, not an error, for somebody without visits', async () => {
    expect(await visitsBelow(typename, newId(typename === 'Patient' ? 'pat' : 'prc'))({ first: 20, after: null })).toEqual({
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });
});

describe('waitingRoom', () => {
  const waitingRoom = async (practitionerId: string, variables: { first: number; after: string | null }) => {
    const document = `query ($practitionerId: ID!, $first: Int, $after: String) {
      waitingRoom(practitionerId: $practitionerId, first: $first, after: $after) { ${connection} }
    }`;
    return (await story.frontDesk.execute<{ waitingRoom: Connection }>(document, { practitionerId, ...variables })).waitingRoom;
  };

  test('who has waited longest comes first; who was admitted or has not come is not in it', async () => {
    const visits = [];
    for (const status of ['ARRIVED', 'PLANNED', 'ARRIVED', 'IN_PROGRESS', 'ARRIVED', 'CANCELLED'] as const) {
      visits.push({ status, id: (await story.visitThatIs(status)).visitId });
    }
    await story.plan({ practitionerId: newId('prc') });
    const waiting = visits.filter(({ status }) => status === 'ARRIVED').map(({ id }) => id);
    expect(await readAll((page) => waitingRoom(story.practitionerId, page), 100)).toEqual(waiting);
    expect(await readAll((page) => waitingRoom(story.practitionerId, page), 1)).toEqual(waiting);
  });
});

test.each([-1, 101])('first: %i is refused', async (first) => {
  const { errors } = await story.frontDesk.run(
    `{ waitingRoom(practitionerId: "${story.practitionerId}", first: ${first}) { edges { cursor } } }`,
  );
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
});

test('a forged cursor is refused, not executed', async () => {
  const after = Buffer.from(JSON.stringify(["'; drop table visit; --", 'x'])).toString('base64url');
  const document = `query ($after: String) { waitingRoom(practitionerId: "${story.practitionerId}", after: $after) { edges { cursor } } }`;
  expect((await story.frontDesk.run(document, { after })).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
});

describe('the number of SQL statements does not grow with the number of rows', () => {
  const document = `query ($representations: [_Any!]!) {
    _entities(representations: $representations) {
      ... on Patient { visits(first: 10) { edges { node { ...all } } } }
      ... on Appointment { visit { ...all } }
    }
  }
  fragment all on Visit {
    status statusHistory { status startedAt } participants { role patient { id } practitioner { id } periods { startedAt } }
    appointment { id visit { id } } note { status plan visit { id } addenda { text } }
  }`;
  const save = `mutation ($input: SaveNoteDraftInput!) { saveNoteDraft(input: $input) { note { id } } }`;
  const sign = `mutation ($input: SignNoteInput!) { signNote(input: $input) { note { status } } }`;

  async function patientWithVisits(visits: number): Promise<{ patientId: string; appointmentIds: string[] }> {
    const patientId = newId('pat');
    const patient = story.graph.as({ role: 'PATIENT', patientId });
    const appointmentIds: string[] = [];
    for (let count = 0; count < visits; count++) {
      const { visitId, appointmentId } = await story.plan({ patientId });
      appointmentIds.push(appointmentId);
      await story.step(patient, 'enterWaitingRoom', { visitId });
      await story.step(story.practitioner, 'admitPatient', { visitId });
      await story.step(story.practitioner, 'finishVisit', { visitId });
      const input = { idempotencyKey: visitId, visitId, plan: 'Rest' };
      const { saveNoteDraft } = await story.practitioner.execute<{ saveNoteDraft: { note: { id: string } } }>(save, { input });
      await story.practitioner.execute(sign, { input: { idempotencyKey: `${visitId} sign`, noteId: saveNoteDraft.note.id } });
    }
    return { patientId, appointmentIds };
  }

  // One way at a time: two ways in one request take turns in loading, and which is first is chance.
  test.each([
    { way: 'Patient.visits', most: 7 },
    { way: 'Appointment.visit', most: 6 },
  ])('$way with history, people and notes, read by a practitioner', async ({ way, most }) => {
    const few = [await patientWithVisits(1)];
    const many = await Promise.all(Array.from({ length: 6 }, () => patientWithVisits(4)));
    const count = async (patients: typeof many) => {
      const representations = patients.flatMap(({ patientId, appointmentIds }) =>
        way === 'Patient.visits'
          ? [{ __typename: 'Patient', id: patientId }]
          : appointmentIds.map((id) => ({ __typename: 'Appointment', id })),
      );
      let answer: unknown;
      const statements = await story.graph.statements(async () => {
        answer = await story.practitioner.execute(document, { representations });
      });
      expect(JSON.stringify(answer).match(/"plan":"Rest"/g)).toHaveLength(patients.flatMap(({ appointmentIds }) => appointmentIds).length);
      return statements;
    };
    const forFew = await count(few);
    expect(await count(many)).toHaveLength(forFew.length);
    expect(forFew.length).toBeLessThanOrEqual(most);
  });
});
