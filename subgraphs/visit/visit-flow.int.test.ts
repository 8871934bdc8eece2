import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#chassis/ids.ts';
import type { TestCaller } from '#chassis/testing/test-subgraph.ts';
import { key, visitStory, type StepAnswer, type Story } from './testing/story.ts';

let story: Story;
beforeAll(async () => void (story = await visitStory()));
afterAll(() => story[Symbol.asyncDispose]());

const wholeVisit = `
  query ($id: ID!) {
    visit(id: $id) {
      status class serviceCode plannedStartAt plannedEndAt startedAt endedAt cancellationReason
      appointment { id } patient { id } practitioner { id }
      statusHistory { status startedAt endedAt }
      participants { role present patient { id } practitioner { id } periods { startedAt endedAt } }
    }
  }`;

interface WholeVisit {
  visit: {
    status: string;
    startedAt: string | null;
    endedAt: string | null;
    cancellationReason: string | null;
    statusHistory: { status: string; startedAt: string; endedAt: string | null }[];
    participants: { role: string; present: boolean; periods: { startedAt: string; endedAt: string | null }[] }[];
  };
}

const load = async (id: string) => (await story.frontDesk.execute<WholeVisit>(wholeVisit, { id })).visit;
const eventsOf = async (visitId: string) => (await story.graph.emitted()).filter(({ subject }) => subject === visitId);

test('a visit goes from the waiting room to its end, and everything about it is kept', async () => {
  const { visitId, appointmentId, startsAt, endsAt } = await story.plan();
  const { patient, practitioner } = story;
  expect((await story.step(patient, 'enterWaitingRoom', { appointmentId })).visit).toEqual({ id: visitId, status: 'ARRIVED' });
  expect((await story.step(practitioner, 'admitPatient', { visitId })).visit?.status).toBe('IN_PROGRESS');
  expect((await story.step(patient, 'leaveVisit', { visitId })).visit?.status).toBe('ONLEAVE');
  expect((await story.step(patient, 'returnToVisit', { visitId })).visit?.status).toBe('IN_PROGRESS');
  expect((await story.step(practitioner, 'finishVisit', { visitId })).visit?.status).toBe('FINISHED');

  const visit = await load(visitId);
  expect(visit).toMatchObject({
    status: 'FINISHED',
    class: 'VR',
    serviceCode: 'video-consult-20',
    plannedStartAt: startsAt,
    plannedEndAt: endsAt,
    cancellationReason: null,
    appointment: { id: appointmentId },
    patient: { id: story.patientId },
    practitioner: { id: story.practitionerId },
  });
  const { statusHistory: history, participants } = visit;
  expect(history.map(({ status }) => status)).toEqual(['PLANNED', 'ARRIVED', 'IN_PROGRESS', 'ONLEAVE', 'IN_PROGRESS', 'FINISHED']);
  expect(history.slice(0, -1).map(({ endedAt }) => endedAt)).toEqual(history.slice(1).map(({ startedAt }) => startedAt));
  expect(history.at(-1)?.endedAt).toBeNull();
  expect(visit.startedAt).toBe(history[2]?.startedAt);
  expect(visit.endedAt).toBe(history[5]?.startedAt);
  expect(participants.map(({ role, present, periods }) => [role, present, periods.length])).toEqual([
    ['PATIENT', false, 2],
    ['PRACTITIONER', false, 1],
  ]);
  expect(participants[1]?.periods).toEqual([{ startedAt: visit.startedAt, endedAt: visit.endedAt }]);

  const events = await eventsOf(visitId);
  expect(events.map(({ type }) => type)).toEqual([
    'visit.planned',
    'visit.patientArrived',
    'visit.started',
    'visit.paused',
    'visit.resumed',
    'visit.finished',
  ]);
  expect(events.at(-1)?.data).toEqual({
    visitId,
    appointmentId,
    patientId: story.patientId,
    practitionerId: story.practitionerId,
    serviceCode: 'video-consult-20',
    startedAt: visit.startedAt,
    endedAt: visit.endedAt,
    sensitivities: [],
  });
});

describe('the waiting room', () => {
  test.each(['ARRIVED', 'IN_PROGRESS', 'ONLEAVE'] as const)('entering again while %s changes nothing and is no error', async (status) => {
    const { visitId } = await story.visitThatIs(status);
    const before = await eventsOf(visitId);
    expect(await story.step(story.patient, 'enterWaitingRoom', { visitId })).toEqual({ visit: { id: visitId, status }, userErrors: [] });
    expect(await eventsOf(visitId)).toEqual(before);
  });

  test.each(['FINISHED', 'CANCELLED'] as const)('nobody enters when the visit is %s', async (status) => {
    const { visitId } = await story.visitThatIs(status);
    expect(await story.step(story.patient, 'enterWaitingRoom', { visitId })).toEqual({
      visit: null,
      userErrors: [{ code: 'ILLEGAL_STATE', path: ['visitId'], currentState: status, allowedStates: [] }],
    });
  });

  test.each([
    ['neither', () => ({})],
    ['both', (visit: { visitId: string; appointmentId: string }) => ({ visitId: visit.visitId, appointmentId: visit.appointmentId })],
  ])('%s of the two ids is refused', async (_which, ids) => {
    const visit = await story.plan();
    const { userErrors } = await story.step(story.patient, 'enterWaitingRoom', ids(visit));
    expect(userErrors).toMatchObject([{ code: 'INVALID_INPUT' }]);
  });

  test('an appointment in person has none', async () => {
    const { appointmentId } = await story.book({ modality: 'IN_PERSON' });
    const { userErrors } = await story.step(story.patient, 'enterWaitingRoom', { appointmentId });
    expect(userErrors).toMatchObject([{ code: 'VISIT_UNKNOWN', path: ['appointmentId'] }]);
  });

  test('right after a booking the same request succeeds as soon as the booking is heard of', async () => {
    const { visitId: _, ...booking } = await story.plan();
    const appointmentId = newId('apt');
    const document = `mutation ($input: EnterWaitingRoomInput!) {
      enterWaitingRoom(input: $input) { visit { status appointment { id } } userErrors { code path retryable } } }`;
    const enter = (as: TestCaller, id: string, idempotencyKey: string) =>
      as.execute<{ enterWaitingRoom: { visit: object | null; userErrors: object[] } }>(document, {
        input: { idempotencyKey, appointmentId: id },
      });
    const idempotencyKey = key();
    const early = await enter(story.patient, appointmentId, idempotencyKey);
    expect(early.enterWaitingRoom).toEqual({
      visit: null,
      userErrors: [{ code: 'VISIT_UNKNOWN', path: ['appointmentId'], retryable: true }],
    });
    await story.book({ ...booking, appointmentId });
    const stranger = story.graph.as({ role: 'PATIENT', patientId: newId('pat') });
    expect(await enter(stranger, appointmentId, key())).toEqual(early);
    expect((await enter(story.patient, appointmentId, idempotencyKey)).enterWaitingRoom).toEqual({
      visit: { status: 'ARRIVED', appointment: { id: appointmentId } },
      userErrors: [],
    });
  });

  test('a proxy comes for the patient and is named as such', async () => {
    const { visitId } = await story.plan();
    const mother = await story.proxyOf(story.patientId);
    await story.step(mother, 'enterWaitingRoom', { visitId });
    expect((await load(visitId)).participants).toMatchObject([
      { role: 'PATIENT', present: false, periods: [] },
      { role: 'PRACTITIONER', present: false },
      { role: 'PROXY', present: true, patient: { id: mother.personId } },
    ]);
  });
});

describe('illegal steps change nothing', () => {
  test.each([
    ['PLANNED', 'admitPatient', ['ARRIVED', 'CANCELLED']],
    ['PLANNED', 'finishVisit', ['ARRIVED', 'CANCELLED']],
    ['ARRIVED', 'leaveVisit', ['IN_PROGRESS', 'CANCELLED']],
    ['ARRIVED', 'finishVisit', ['IN_PROGRESS', 'CANCELLED']],
    ['ONLEAVE', 'leaveVisit', ['IN_PROGRESS', 'FINISHED']],
    ['ONLEAVE', 'admitPatient', ['IN_PROGRESS', 'FINISHED']],
    ['IN_PROGRESS', 'cancelVisit', ['ONLEAVE', 'FINISHED']],
    ['FINISHED', 'finishVisit', []],
  ] as const)('%s: %s', async (status, name, allowedStates) => {
    const { visitId } = await story.visitThatIs(status);
    const before = await load(visitId);
    const answer = await story.step(story.practitioner, name, { visitId, ...(name === 'cancelVisit' && { reason: 'OTHER' }) });
    expect(answer).toEqual({
      visit: null,
      userErrors: [{ code: 'ILLEGAL_STATE', path: ['visitId'], currentState: status, allowedStates }],
    });
    expect(await load(visitId)).toEqual(before);
  });

  test('a patient cannot return from the waiting room into a visit that nobody admitted them to', async () => {
    const { visitId } = await story.visitThatIs('ARRIVED');
    const { userErrors } = await story.step(story.patient, 'returnToVisit', { visitId });
    expect(userErrors).toMatchObject([{ code: 'ILLEGAL_STATE', currentState: 'ARRIVED' }]);
    expect((await load(visitId)).status).toBe('ARRIVED');
  });
});

describe('cancelling', () => {
  test('the front desk calls off a visit that waits, and the waiting ends', async () => {
    const { visitId } = await story.visitThatIs('ARRIVED');
    await story.step(story.frontDesk, 'cancelVisit', { visitId, reason: 'TECHNICAL_PROBLEM' });
    const visit = await load(visitId);
    expect(visit).toMatchObject({ status: 'CANCELLED', cancellationReason: 'TECHNICAL_PROBLEM', startedAt: null, endedAt: null });
    expect(visit.participants.some(({ present }) => present)).toBe(false);
    expect((await eventsOf(visitId)).at(-1)?.type).toBe('visit.cancelled');
  });

  test.each(['APPOINTMENT_CANCELLED', 'PATIENT_NO_SHOW'])('%s is not for callers', async (reason) => {
    const { visitId } = await story.plan();
    const { userErrors } = await story.step(story.frontDesk, 'cancelVisit', { visitId, reason });
    expect(userErrors).toMatchObject([{ code: 'INVALID_INPUT', path: ['reason'] }]);
  });
});

describe('one key, one effect', () => {
  test('the same key sent 20 times at once finishes the visit once and answers the same', async () => {
    const { visitId } = await story.visitThatIs('IN_PROGRESS');
    const input = { idempotencyKey: key(), visitId };
    const answers = await Promise.all(Array.from({ length: 20 }, () => story.step(story.practitioner, 'finishVisit', input)));
    expect(answers).toEqual(Array.from({ length: 20 }, (): StepAnswer => ({ visit: { id: visitId, status: 'FINISHED' }, userErrors: [] })));
    expect((await eventsOf(visitId)).filter(({ type }) => type === 'visit.finished')).toHaveLength(1);
  });

  test('the same key with another visit is refused', async () => {
    const one = await story.plan();
    const other = await story.plan();
    const idempotencyKey = key();
    await story.step(story.patient, 'enterWaitingRoom', { idempotencyKey, visitId: one.visitId });
    const { userErrors } = await story.step(story.patient, 'enterWaitingRoom', { idempotencyKey, visitId: other.visitId });
    expect(userErrors).toMatchObject([{ code: 'IDEMPOTENCY_KEY_REUSED' }]);
    expect((await load(other.visitId)).status).toBe('PLANNED');
  });
});

test('of 20 who end a visit at once, each with a key of their own, one does; the history stays whole', async () => {
  const { visitId } = await story.visitThatIs('IN_PROGRESS');
  const answers = await Promise.all(Array.from({ length: 20 }, () => story.step(story.practitioner, 'finishVisit', { visitId })));
  expect(answers.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
  expect(answers.flatMap(({ userErrors }) => userErrors.map(({ code }) => code))).toEqual(Array(19).fill('ILLEGAL_STATE'));
  expect((await load(visitId)).statusHistory.map(({ status }) => status)).toEqual(['PLANNED', 'ARRIVED', 'IN_PROGRESS', 'FINISHED']);
});

test('a clock that is set back does not break the history', async () => {
  const { visitId } = await story.visitThatIs('ARRIVED');
  story.graph.setNow(new Date('2020-01-01T00:00:00.000Z'));
  try {
    expect((await story.step(story.practitioner, 'admitPatient', { visitId })).visit?.status).toBe('IN_PROGRESS');
  } finally {
    story.graph.setNow(new Date());
  }
  const { statusHistory, startedAt } = await load(visitId);
  expect(startedAt).toBe(statusHistory[1]?.startedAt);
});
