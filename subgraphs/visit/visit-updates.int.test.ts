import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '#chassis/ids.ts';
import { testSubgraph, type TestCaller } from '#chassis/testing/test-subgraph.ts';
import { createVisitSubgraph } from './server.ts';
import { visitStory, type Story } from './testing/story.ts';

let story: Story;
beforeAll(async () => {
  story = await visitStory();
});
afterAll(() => story[Symbol.asyncDispose]());

interface Seen {
  visitUpdated: {
    id: string;
    status: string;
    plannedStartAt: string;
    participants: { role: string; present: boolean }[];
    note: { status: string } | null;
  };
}

const document = `subscription ($visitId: ID!) {
  visitUpdated(visitId: $visitId) { id status plannedStartAt participants { role present } note { status } }
}`;

const follow = (as: TestCaller, visitId: string) => as.subscribe<Seen>(document, { visitId });
const notFound = {
  data: { visitUpdated: null },
  errors: [expect.objectContaining({ path: ['visitUpdated'], extensions: { code: 'NOT_FOUND' } })],
};

test('a visit is seen as it is, then at every step, with who is there', async () => {
  const { visitId } = await story.plan();
  await using seen = follow(story.patient, visitId);
  expect((await seen.next()).visitUpdated).toMatchObject({ id: visitId, status: 'PLANNED' });
  for (const [who, step, status, present] of [
    [story.patient, 'enterWaitingRoom', 'ARRIVED', [true, false]],
    [story.practitioner, 'admitPatient', 'IN_PROGRESS', [true, true]],
    [story.patient, 'leaveVisit', 'ONLEAVE', [false, true]],
    [story.patient, 'returnToVisit', 'IN_PROGRESS', [true, true]],
    [story.practitioner, 'finishVisit', 'FINISHED', [false, false]],
  ] as const) {
    await story.step(who, step, { visitId });
    const { visitUpdated } = await seen.next();
    expect(visitUpdated).toMatchObject({ status, participants: present.map((there) => ({ present: there })) });
  }
});

test('a note is seen when it is signed and when it is added to, and its drafts are no news', async () => {
  const { visitId } = await story.visitThatIs('FINISHED');
  await using seen = follow(story.patient, visitId);
  expect((await seen.next()).visitUpdated.note).toBeNull();
  const write = async (mutation: string, input: Record<string, unknown>): Promise<string> => {
    const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
    const data = await story.practitioner.execute<Record<string, { note: { id: string } }>>(
      `mutation ($input: ${type}!) { ${mutation}(input: $input) { note { id } userErrors { code } } }`,
      { input: { idempotencyKey: newId('evt'), ...input } },
    );
    return data[mutation]?.note.id ?? '';
  };
  const noteId = await write('saveNoteDraft', { visitId, plan: 'Rest' });
  await write('signNote', { noteId });
  expect((await seen.next()).visitUpdated.note).toEqual({ status: 'FINAL' });
  await write('addNoteAddendum', { noteId, text: 'And tea' });
  expect((await seen.next()).visitUpdated.note).toEqual({ status: 'AMENDED' });
});

test('what an appointment does to a visit is seen, also a new time for somebody who waits already', async () => {
  const { visitId, ...booking } = await story.visitThatIs('ARRIVED');
  await using seen = follow(story.frontDesk, visitId);
  expect((await seen.next()).visitUpdated.status).toBe('ARRIVED');
  const moved = { ...booking, startsAt: '2030-01-01T10:00:00.000Z', endsAt: '2030-01-01T10:20:00.000Z' };
  await story.graph.receive('appointment.rescheduled', booking.appointmentId, { ...moved, previousStartsAt: booking.startsAt });
  expect((await seen.next()).visitUpdated).toMatchObject({ status: 'ARRIVED', plannedStartAt: moved.startsAt });
  const { appointmentId, patientId, practitionerId } = booking;
  await story.graph.receive('appointment.cancelled', appointmentId, {
    appointmentId,
    patientId,
    practitionerId,
    reasonCode: 'PAT',
    late: false,
    fee: null,
  });
  expect((await seen.next()).visitUpdated.status).toBe('CANCELLED');
});

test('a change made in one replica is heard in another', async () => {
  const { visitId } = await story.plan();
  await using replica = await testSubgraph('visit', createVisitSubgraph, { replicaOf: story.graph });
  await using seen = follow(replica.as(story.patient.caller), visitId);
  expect((await seen.next()).visitUpdated.status).toBe('PLANNED');
  await story.step(story.patient, 'enterWaitingRoom', { visitId });
  expect((await seen.next()).visitUpdated.status).toBe('ARRIVED');
});

test('who asks slowly gets the newest state and none before it', async () => {
  const { visitId } = await story.plan();
  await using seen = follow(story.patient, visitId);
  await seen.next();
  await story.step(story.patient, 'enterWaitingRoom', { visitId });
  await story.step(story.practitioner, 'admitPatient', { visitId });
  await story.step(story.patient, 'leaveVisit', { visitId });
  expect((await seen.next()).visitUpdated.status).toBe('ONLEAVE');
  await story.step(story.practitioner, 'finishVisit', { visitId });
  expect((await seen.next()).visitUpdated.status).toBe('FINISHED');
});

test('what is not there and what is not yours are one answer, and the stream ends with it', async () => {
  const { visitId } = await story.plan();
  const stranger = story.graph.as({ role: 'PATIENT', patientId: newId('pat') });
  for (const [who, id] of [
    [stranger, visitId],
    [story.graph.as({ role: 'PHARMACY', organizationId: newId('phm') }), visitId],
    [story.patient, newId('vis')],
  ] as const) {
    await using seen = follow(who, id);
    expect(await seen.result()).toEqual({ errors: notFound.errors });
    expect(await seen.result()).toBeUndefined();
  }
});

test('a proxy whose grant is revoked is cut off at once, and sees nothing of what comes after', async () => {
  const { visitId } = await story.visitThatIs('ARRIVED');
  const proxy = await story.proxyOf(story.patientId);
  await using seen = follow(proxy, visitId);
  await using own = follow(story.patient, visitId);
  await seen.next();
  await own.next();
  const { grantId, personId: proxyPatientId } = proxy;
  await story.graph.receive('patient.proxyRevoked', story.patientId, { grantId, patientId: story.patientId, proxyPatientId, endsOn: null });
  expect(await seen.result()).toEqual({ errors: notFound.errors });
  expect(await seen.result()).toBeUndefined();
  // The patient's own stream was asked the same question and goes on.
  await story.step(story.practitioner, 'admitPatient', { visitId });
  expect((await own.next()).visitUpdated.status).toBe('IN_PROGRESS');
});

test('a right that ended without a notice is looked for at the next event', async () => {
  const { visitId } = await story.visitThatIs('ARRIVED');
  const proxy = await story.proxyOf(story.patientId);
  await using seen = follow(proxy, visitId);
  await seen.next();
  const { pool } = story.graph.subgraph.database;
  await pool.query('alter table proxy_relation disable trigger user');
  await pool.query(`update proxy_relation set ends_on = date '2020-01-01' where grant_id = $1`, [proxy.grantId]);
  await pool.query('alter table proxy_relation enable trigger user');
  await story.step(story.practitioner, 'admitPatient', { visitId });
  expect(await seen.result()).toEqual(notFound);
  expect(await seen.result()).toBeUndefined();
});
