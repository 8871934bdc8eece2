import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#chassis/ids.ts';
import type { EventEnvelope } from '#schema/events.ts';
import { visitEventHandlers } from './events.ts';
import { visitStory, type Story } from './testing/story.ts';

let story: Story;
beforeAll(async () => void (story = await visitStory()));
afterAll(() => story[Symbol.asyncDispose]());

interface VisitView {
  status: string;
  cancellationReason: string | null;
  plannedStartAt: string;
  plannedEndAt: string;
  serviceCode: string;
  practitioner: { id: string };
  statusHistory: { status: string }[];
}

async function load(visitId: string): Promise<VisitView> {
  const document = `query ($id: ID!) { visit(id: $id) {
    status cancellationReason plannedStartAt plannedEndAt serviceCode practitioner { id } statusHistory { status } } }`;
  return (await story.frontDesk.execute<{ visit: VisitView }>(document, { id: visitId })).visit;
}

const eventTypes = async (visitId: string) =>
  (await story.graph.emitted()).filter(({ subject }) => subject === visitId).map(({ type }) => type);

type Booking = Awaited<ReturnType<Story['plan']>>;
const people = ({ appointmentId, patientId, practitionerId }: Booking) => ({ appointmentId, patientId, practitionerId });
const cancel = (visit: Booking) =>
  story.graph.receive('appointment.cancelled', visit.appointmentId, { ...people(visit), reasonCode: 'PATIENT', late: false, fee: null });
const noShow = (visit: Booking) => story.graph.receive('appointment.noShow', visit.appointmentId, { ...people(visit), fee: null });
const reschedule = ({ visitId: _, ...booking }: Booking, change: Partial<Booking>) =>
  story.graph.receive('appointment.rescheduled', booking.appointmentId, { ...booking, previousStartsAt: booking.startsAt, ...change });

describe('appointment.booked', () => {
  test('plans a visit for a video appointment and tells of it', async () => {
    const visit = await story.plan();
    expect(await load(visit.visitId)).toMatchObject({
      status: 'PLANNED',
      plannedStartAt: visit.startsAt,
      plannedEndAt: visit.endsAt,
      serviceCode: visit.serviceCode,
      practitioner: { id: story.practitionerId },
      statusHistory: [{ status: 'PLANNED' }],
    });
    const [planned] = (await story.graph.emitted('visit.planned')).filter(({ subject: id }) => id === visit.visitId);
    expect(planned?.data).toEqual({
      visitId: visit.visitId,
      ...people(visit),
      plannedStartAt: visit.startsAt,
      plannedEndAt: visit.endsAt,
      sensitivities: [],
    });
  });

  test('plans none for an appointment in person', async () => {
    const { appointmentId } = await story.book({ modality: 'IN_PERSON' });
    expect((await story.graph.emitted('visit.planned')).some(({ data }) => data.appointmentId === appointmentId)).toBe(false);
  });

  test('the same event delivered again, also at the same time, plans one visit', async () => {
    const { visitId: _, ...booking } = await story.plan();
    const appointmentId = newId('apt');
    const envelope = story.graph.envelope('appointment.booked', appointmentId, { ...booking, appointmentId }) as EventEnvelope;
    const results = await Promise.all(Array.from({ length: 8 }, () => story.graph.deliver(envelope)));
    expect(results.map(({ outcome }) => outcome).toSorted()).toEqual(['applied', ...Array<string>(7).fill('duplicate')]);
    expect((await story.graph.emitted('visit.planned')).filter(({ data }) => data.appointmentId === appointmentId)).toHaveLength(1);
  });
});

describe('appointment.rescheduled', () => {
  const later = { startsAt: '2031-03-04T15:00:00.000Z', endsAt: '2031-03-04T15:20:00.000Z' };

  test('moves the planned times, keeps id and status, and tells the new plan', async () => {
    const visit = await story.plan();
    const practitionerId = newId('prc');
    await reschedule(visit, { ...later, practitionerId });
    expect(await load(visit.visitId)).toMatchObject({
      status: 'PLANNED',
      plannedStartAt: later.startsAt,
      plannedEndAt: later.endsAt,
      practitioner: { id: practitionerId },
      statusHistory: [{ status: 'PLANNED' }],
    });
    expect(await eventTypes(visit.visitId)).toEqual(['visit.planned', 'visit.planned']);
    const oldPractitioner = await story.step(story.practitioner, 'cancelVisit', { visitId: visit.visitId, reason: 'OTHER' });
    expect(oldPractitioner.userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
  });

  test('moves a visit whose patient waits already, who goes on waiting', async () => {
    const visit = await story.visitThatIs('ARRIVED');
    await reschedule(visit, later);
    expect(await load(visit.visitId)).toMatchObject({ status: 'ARRIVED', plannedStartAt: later.startsAt });
    expect(await eventTypes(visit.visitId)).toEqual(['visit.planned', 'visit.patientArrived']);
  });

  test.each(['IN_PROGRESS', 'ONLEAVE', 'FINISHED', 'CANCELLED'] as const)('leaves a visit that is %s as it is', async (status) => {
    const visit = await story.visitThatIs(status);
    const before = await load(visit.visitId);
    await reschedule(visit, later);
    expect(await load(visit.visitId)).toEqual(before);
  });

  test('says nothing to an appointment that is not booked yet', async () => {
    const { visitId: _, ...booking } = await story.plan();
    const appointmentId = newId('apt');
    await story.graph.receive('appointment.rescheduled', appointmentId, { ...booking, appointmentId, previousStartsAt: booking.startsAt });
    expect((await story.graph.emitted('visit.planned')).some(({ data }) => data.appointmentId === appointmentId)).toBe(false);
  });
});

describe.each([
  ['appointment.cancelled', cancel, 'APPOINTMENT_CANCELLED'],
  ['appointment.noShow', noShow, 'PATIENT_NO_SHOW'],
] as const)('%s', (_type, tell, reason) => {
  test.each(['PLANNED', 'ARRIVED'] as const)('cancels a visit that is %s', async (status) => {
    const visit = await story.visitThatIs(status);
    await tell(visit);
    expect(await load(visit.visitId)).toMatchObject({ status: 'CANCELLED', cancellationReason: reason });
    expect((await eventTypes(visit.visitId)).at(-1)).toBe('visit.cancelled');
    const { userErrors } = await story.step(story.patient, 'enterWaitingRoom', { visitId: visit.visitId });
    expect(userErrors).toMatchObject([{ code: 'ILLEGAL_STATE' }]);
  });

  test.each(['IN_PROGRESS', 'ONLEAVE', 'FINISHED', 'CANCELLED'] as const)('leaves a visit that is %s as it is', async (status) => {
    const visit = await story.visitThatIs(status);
    const before = { visit: await load(visit.visitId), events: await eventTypes(visit.visitId) };
    await tell(visit);
    expect({ visit: await load(visit.visitId), events: await eventTypes(visit.visitId) }).toEqual(before);
  });
});

test('an appointment that changes too late is a warning in the log, with ids and nothing else', async () => {
  const visit = await story.visitThatIs('FINISHED');
  const lines: Record<string, unknown>[] = [];
  const log = pino({ base: null, timestamp: false }, { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) });
  const event = story.graph.envelope('appointment.noShow', visit.appointmentId, { ...people(visit), fee: null });
  const { client } = story.graph.subgraph.context({ caller: story.frontDesk.caller, requestId: 'test' }).database;
  const handle = visitEventHandlers['appointment.noShow'];
  if (!handle) throw new Error('nobody handles it');
  await client.$transaction((tx) => handle(tx, event, () => Promise.reject(new Error('nothing has happened')), log));
  const { visitId, appointmentId } = visit;
  expect(lines).toEqual([
    {
      level: 40,
      eventId: event.id,
      type: event.type,
      visitId,
      appointmentId,
      status: 'FINISHED',
      msg: expect.stringContaining('stays') as string,
    },
  ]);
});

test('a cancellation and an admission at the same time: one of them wins, whole', async () => {
  const visits = await Promise.all(Array.from({ length: 6 }, () => story.visitThatIs('ARRIVED')));
  await Promise.all(visits.flatMap((visit) => [cancel(visit), story.step(story.practitioner, 'admitPatient', { visitId: visit.visitId })]));
  for (const visit of visits) {
    const last = (await eventTypes(visit.visitId)).slice(2);
    const { status, statusHistory } = await load(visit.visitId);
    expect([['visit.cancelled'], ['visit.started']]).toContainEqual(last);
    expect(status).toBe(last[0] === 'visit.started' ? 'IN_PROGRESS' : 'CANCELLED');
    expect(statusHistory).toHaveLength(3);
  }
});
