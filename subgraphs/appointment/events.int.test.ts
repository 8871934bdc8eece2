import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#chassis/ids.ts';
import type { EventEnvelope, EventType, IncomingEventData } from '#schema/events.ts';
import { handlers } from './events.ts';
import { at, codeOf, openPractice, send, type Practice } from './testing/practice.ts';

let practice: Practice;
beforeAll(async () => {
  practice = await openPractice();
});
afterAll(() => practice[Symbol.asyncDispose]());

const eventsOf = async (appointmentId: string) => (await practice.graph.emitted()).filter(({ subject }) => subject === appointmentId);

/** An event of a visit that happened at this time. */
const visitEvent = <T extends EventType>(type: T, data: IncomingEventData<T> & { visitId: string }, time: string): EventEnvelope => ({
  ...practice.graph.envelope(type, data.visitId, data),
  time,
});

async function tell<T extends EventType>(type: T, data: IncomingEventData<T> & { visitId: string }, time: string): Promise<void> {
  expect(await practice.graph.deliver(visitEvent(type, data, time))).toMatchObject({ outcome: 'applied' });
}

const usd = (amountMinor: number) => ({ amountMinor, currency: 'USD' });

describe('events of others', () => {
  const bookedVisit = async (change: Parameters<Practice['healthcareService']>[0] = {}) => {
    const booking = await practice.booking(change);
    const { appointmentId, patientId, practitionerId } = booking;
    return { ...booking, visit: { visitId: newId('vis'), appointmentId, patientId, practitionerId } };
  };
  const statusOf = async (id: string) =>
    (await practice.desk.execute<{ appointment: { status: string } }>('query ($id: ID!) { appointment(id: $id) { status } }', { id }))
      .appointment.status;
  const finished = { serviceCode: 'video-consult-20', startedAt: at(1, '14:01'), endedAt: at(1, '14:19') };

  it('a visit takes its appointment along: arrived, fulfilled', async () => {
    const { visit, appointmentId } = await bookedVisit();
    await tell('visit.patientArrived', visit, at(1, '13:00'));
    expect(await statusOf(appointmentId)).toBe('ARRIVED');
    await tell('visit.started', visit, at(1, '14:01'));
    expect(await statusOf(appointmentId)).toBe('ARRIVED');
    await tell('visit.finished', { ...visit, ...finished }, finished.endedAt);
    expect(await statusOf(appointmentId)).toBe('FULFILLED');
    expect((await eventsOf(appointmentId)).map(({ type }) => type)).toEqual([
      'appointment.booked',
      'appointment.arrived',
      'appointment.fulfilled',
    ]);
  });

  it('a patient who waits early does not move it: it can still be cancelled, moved and missed', async () => {
    const early = async () => {
      const booking = await bookedVisit({ cancelNoticeMinutes: 48 * 60, lateCancelFee: usd(2500), noShowFee: usd(5000) });
      await tell('visit.patientArrived', booking.visit, at(1, '12:59'));
      expect(await statusOf(booking.appointmentId)).toBe('BOOKED');
      expect((await eventsOf(booking.appointmentId)).map(({ type }) => type)).toEqual(['appointment.booked']);
      return booking;
    };
    const one = await early();
    await send(one.asPatient, 'cancelAppointment', { appointmentId: one.appointmentId, reasonCode: 'PAT' });
    expect((await eventsOf(one.appointmentId)).at(-1)).toMatchObject({
      type: 'appointment.cancelled',
      data: { late: true, fee: usd(2500) },
    });
    const two = await early();
    expect(codeOf(await send(two.asPatient, 'rescheduleAppointment', { appointmentId: two.appointmentId, startsAt: at(2, '15:00') }))).toBe(
      'ok',
    );
    const three = await early();
    await practice.when(at(1, '14:15'), () => send(three.asPractitioner, 'markNoShow', { appointmentId: three.appointmentId }));
    expect(await statusOf(three.appointmentId)).toBe('NOSHOW');
  });

  it.each(['11:00', '14:01'])('a patient who waited early has arrived when the visit starts at %s', async (time) => {
    const { visit, appointmentId } = await bookedVisit();
    await tell('visit.patientArrived', visit, at(1, '10:59'));
    await tell('visit.started', visit, at(1, time));
    expect(await statusOf(appointmentId)).toBe('ARRIVED');
    await tell('visit.finished', { ...visit, ...finished }, finished.endedAt);
    expect(await statusOf(appointmentId)).toBe('FULFILLED');
  });

  it('tells what was fulfilled, for the bill', async () => {
    const { visit, appointmentId, patientId, practitionerId } = await bookedVisit();
    await tell('visit.finished', { ...visit, ...finished }, finished.endedAt);
    expect((await eventsOf(appointmentId)).at(-1)?.data).toEqual({
      appointmentId,
      patientId,
      practitionerId,
      serviceCode: expect.stringMatching(/^visit-type-/) as string,
      modality: 'VIDEO',
      startsAt: at(1, '14:00'),
      sensitivities: [],
    });
  });

  it('a finished visit whose start was missed fulfils by legal steps', async () => {
    const { visit, appointmentId } = await bookedVisit();
    await tell('visit.finished', { ...visit, ...finished }, finished.endedAt);
    expect((await eventsOf(appointmentId)).map(({ type }) => type)).toEqual([
      'appointment.booked',
      'appointment.arrived',
      'appointment.fulfilled',
    ]);
  });

  it('a cancelled appointment stays cancelled whatever the visit says', async () => {
    const { visit, appointmentId, asPatient } = await bookedVisit();
    await send(asPatient, 'cancelAppointment', { appointmentId, reasonCode: 'PAT' });
    await tell('visit.finished', { ...visit, ...finished }, finished.endedAt);
    expect(await statusOf(appointmentId)).toBe('CANCELLED');
  });

  it('a visit that the practice called off takes its appointment along, without a fee', async () => {
    const { visit, appointmentId } = await bookedVisit();
    await practice.graph.receive('visit.cancelled', visit.visitId, visit);
    expect(await statusOf(appointmentId)).toBe('CANCELLED');
    expect((await eventsOf(appointmentId)).at(-1)).toMatchObject({
      type: 'appointment.cancelled',
      data: { reasonCode: 'PROV', late: false, fee: null },
    });

    const second = await bookedVisit();
    await send(second.asPatient, 'cancelAppointment', { appointmentId: second.appointmentId, reasonCode: 'PAT' });
    await practice.graph.receive('visit.cancelled', second.visit.visitId, second.visit);
    expect((await eventsOf(second.appointmentId)).filter(({ type }) => type === 'appointment.cancelled')).toHaveLength(1);
  });

  it.each([
    { name: 'that the patient has arrived for: a warning with ids, and it stays', arrives: true, warnings: 1 },
    { name: 'that is cancelled already: nothing to say', arrives: false, warnings: 0 },
  ])('a visit called off, of an appointment $name', async ({ arrives, warnings }) => {
    const { visit, appointmentId, asPatient } = await bookedVisit();
    if (arrives) await tell('visit.patientArrived', visit, at(1, '13:30'));
    else await send(asPatient, 'cancelAppointment', { appointmentId, reasonCode: 'PAT' });
    const before = await eventsOf(appointmentId);
    const lines: object[] = [];
    const log = pino({ base: null, timestamp: false }, { write: (line) => void lines.push(JSON.parse(line) as object) });
    const event = practice.graph.envelope('visit.cancelled', visit.visitId, visit);
    const { client } = practice.graph.subgraph.context({ caller: practice.desk.caller, requestId: 'test' }).database;
    const handle = handlers['visit.cancelled'];
    if (!handle) throw new Error('nobody handles it');
    await client.$transaction((tx) => handle(tx, event, () => Promise.reject(new Error('nothing has happened')), log));
    expect(await statusOf(appointmentId)).toBe(arrives ? 'ARRIVED' : 'CANCELLED');
    expect(await eventsOf(appointmentId)).toEqual(before);
    const warning = { level: 40, eventId: event.id, type: event.type, appointmentId, visitId: visit.visitId, status: 'ARRIVED' };
    expect(lines).toEqual(Array.from({ length: warnings }, () => ({ ...warning, msg: expect.stringContaining('stays') as string })));
  });

  it('a visit of an appointment that is not here is taken in and changes nothing', async () => {
    const { visit } = await bookedVisit();
    const elsewhere = { ...visit, visitId: newId('vis'), appointmentId: newId('apt') };
    const event = visitEvent('visit.patientArrived', elsewhere, at(1, '13:50'));
    expect(await practice.graph.deliver(event)).toMatchObject({ outcome: 'applied' });
  });

  it('each event has its effect once', async () => {
    const { visit, appointmentId } = await bookedVisit();
    const event = visitEvent('visit.patientArrived', visit, at(1, '13:50'));
    expect(await practice.graph.deliver(event)).toMatchObject({ outcome: 'applied' });
    expect(await practice.graph.deliver(event)).toMatchObject({ outcome: 'duplicate' });
    expect((await eventsOf(appointmentId)).filter(({ type }) => type === 'appointment.arrived')).toHaveLength(1);
    const patientId = newId('pat');
    const registered = practice.graph.envelope('patient.registered', patientId, { patientId });
    expect(await practice.graph.deliver(registered)).toMatchObject({ outcome: 'applied' });
    expect(await practice.graph.deliver(registered)).toMatchObject({ outcome: 'duplicate' });
  });

  it('a proxy sees and acts until the grant is revoked', async () => {
    const { appointmentId, patientId } = await practice.booking();
    const grant = { grantId: newId('prx'), patientId, proxyPatientId: newId('pat'), endsOn: null };
    const proxy = practice.asPatient(grant.proxyPatientId);
    const sees = async () =>
      (await proxy.execute<{ appointment: object | null }>('query ($id: ID!) { appointment(id: $id) { id } }', { id: appointmentId }))
        .appointment !== null;
    expect(await sees()).toBe(false);
    await practice.graph.receive('patient.proxyGranted', patientId, grant);
    expect(await sees()).toBe(true);
    await practice.graph.receive('patient.proxyRevoked', patientId, grant);
    expect(await sees()).toBe(false);
    expect(codeOf(await send(proxy, 'cancelAppointment', { appointmentId, reasonCode: 'PAT' }))).toBe('NOT_FOUND');
  });
});
