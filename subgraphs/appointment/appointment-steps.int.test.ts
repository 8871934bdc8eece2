import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#chassis/ids.ts';
import type { TestCaller } from '#chassis/testing/test-subgraph.ts';
import { at, codeOf, monday, openPractice, send, type AppointmentAnswer, type Practice } from './testing/practice.ts';

let practice: Practice;
beforeAll(async () => {
  practice = await openPractice();
});
afterAll(() => practice[Symbol.asyncDispose]());

const eventsOf = async (appointmentId: string) => (await practice.graph.emitted()).filter(({ subject }) => subject === appointmentId);
const lastEventOf = async (appointmentId: string) => (await eventsOf(appointmentId)).at(-1);
const usd = (amountMinor: number) => ({ amountMinor, currency: 'USD' });

interface CancelAnswer extends AppointmentAnswer {
  appointment: (NonNullable<AppointmentAnswer['appointment']> & { cancellation: object | null; fee: object | null }) | null;
}
const withCancellation =
  'appointment { id status startsAt cancellation { reasonCode note late cancelledAt } fee { amountMinor currency } }';

describe('cancelling', () => {
  it.each([
    { name: 'in time by the patient', notice: 60, who: 'asPatient' as const, late: false, fee: null },
    { name: 'late by the patient', notice: 2 * 24 * 60, who: 'asPatient' as const, late: true, fee: usd(2500) },
    { name: 'late by the practitioner', notice: 2 * 24 * 60, who: 'asPractitioner' as const, late: false, fee: null },
  ])('$name: late $late', async ({ notice, who, late, fee }) => {
    const booking = await practice.booking({ cancelNoticeMinutes: notice, lateCancelFee: usd(2500) });
    const { appointmentId } = booking;
    const answer = await send<CancelAnswer>(
      booking[who],
      'cancelAppointment',
      { appointmentId, reasonCode: 'PAT_FB', note: ' better ' },
      withCancellation,
    );
    expect(answer.appointment).toMatchObject({
      status: 'CANCELLED',
      cancellation: { reasonCode: 'PAT_FB', note: 'better', late, cancelledAt: monday.toISOString() },
      fee,
    });
    expect(await lastEventOf(appointmentId)).toMatchObject({ type: 'appointment.cancelled', data: { reasonCode: 'PAT_FB', late, fee } });
  });

  it('by a proxy is the patient’s side', async () => {
    const { appointmentId, patientId } = await practice.booking({ cancelNoticeMinutes: 2 * 24 * 60, lateCancelFee: usd(2500) });
    const answer = await send<CancelAnswer>(
      await practice.proxyOf(patientId),
      'cancelAppointment',
      { appointmentId, reasonCode: 'PAT' },
      withCancellation,
    );
    expect(answer.appointment).toMatchObject({ cancellation: { late: true }, fee: usd(2500) });
  });

  it('frees the place', async () => {
    const { appointmentId, practitionerId, healthcareServiceId, asPatient } = await practice.booking();
    await send(asPatient, 'cancelAppointment', { appointmentId, reasonCode: 'PAT' });
    expect(
      codeOf(
        await send(practice.desk, 'bookAppointment', {
          patientId: await practice.patient(),
          practitionerId,
          healthcareServiceId,
          startsAt: at(1, '14:00'),
        }),
      ),
    ).toBe('ok');
  });

  it('twice is refused and names the state', async () => {
    const { appointmentId, asPatient } = await practice.booking();
    await send(asPatient, 'cancelAppointment', { appointmentId, reasonCode: 'PAT' });
    const [error] = (await send(asPatient, 'cancelAppointment', { appointmentId, reasonCode: 'PAT' })).userErrors;
    expect(error).toMatchObject({ code: 'ILLEGAL_STATE', path: ['appointmentId'], currentState: 'CANCELLED', allowedStates: [] });
    expect((await eventsOf(appointmentId)).map(({ type }) => type)).toEqual(['appointment.booked', 'appointment.cancelled']);
  });

  it('by 20 at once happens once', async () => {
    const { appointmentId, asPatient } = await practice.booking();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => send(asPatient, 'cancelAppointment', { appointmentId, reasonCode: 'PAT' })),
    );
    expect(answers.map(codeOf).sort()).toEqual([...Array.from({ length: 19 }, () => 'ILLEGAL_STATE'), 'ok']);
    expect((await eventsOf(appointmentId)).filter(({ type }) => type === 'appointment.cancelled')).toHaveLength(1);
  });

  it('with the same key answers the same again', async () => {
    const { appointmentId, asPatient } = await practice.booking();
    const input = { appointmentId, reasonCode: 'PAT', idempotencyKey: `cancel-${appointmentId}` };
    const first = await send<CancelAnswer>(asPatient, 'cancelAppointment', input, withCancellation);
    expect(await send<CancelAnswer>(asPatient, 'cancelAppointment', input, withCancellation)).toEqual(first);
  });
});

describe('a request that needs approval', () => {
  it('is accepted by the practitioner: now it is booked', async () => {
    const { appointmentId, asPractitioner, asPatient } = await practice.booking({ requiresApproval: true });
    expect(codeOf(await send(asPatient, 'approveAppointment', { appointmentId }))).toBe('NOT_ALLOWED');
    expect((await send(asPractitioner, 'approveAppointment', { appointmentId })).appointment?.status).toBe('BOOKED');
    expect(await lastEventOf(appointmentId)).toMatchObject({ type: 'appointment.booked', data: { startsAt: at(1, '14:00') } });
    expect((await send(asPractitioner, 'approveAppointment', { appointmentId })).userErrors[0]).toMatchObject({
      code: 'ILLEGAL_STATE',
      currentState: 'BOOKED',
    });
  });

  it('is declined without a fee', async () => {
    const { appointmentId, asPractitioner } = await practice.booking({
      requiresApproval: true,
      cancelNoticeMinutes: 43_200,
      lateCancelFee: usd(2500),
    });
    const answer = await send<CancelAnswer>(
      asPractitioner,
      'declineAppointment',
      { appointmentId, note: 'Not my field' },
      withCancellation,
    );
    expect(answer.appointment).toMatchObject({ status: 'CANCELLED', cancellation: { reasonCode: 'PROV', late: false }, fee: null });
  });

  it('cannot be accepted any more when its start has come, only declined', async () => {
    const { appointmentId, asPractitioner } = await practice.booking({ requiresApproval: true });
    const approve = (time: string) => practice.when(time, () => send(asPractitioner, 'approveAppointment', { appointmentId }));
    for (const time of [at(1, '14:00'), at(8, '14:00')]) {
      expect((await approve(time)).userErrors).toMatchObject([
        { code: 'CONFLICT', path: ['appointmentId'], message: expect.stringContaining(at(1, '14:00')) as string },
      ]);
    }
    expect((await eventsOf(appointmentId)).map(({ type }) => type)).toEqual(['appointment.requested']);
    const declined = await practice.when(at(1, '14:00'), () => send(asPractitioner, 'declineAppointment', { appointmentId }));
    expect(declined.appointment?.status).toBe('CANCELLED');
  });

  it('once accepted cannot be declined', async () => {
    const { appointmentId, asPractitioner } = await practice.booking();
    expect((await send(asPractitioner, 'declineAppointment', { appointmentId })).userErrors[0]).toMatchObject({
      code: 'ILLEGAL_STATE',
      currentState: 'BOOKED',
    });
  });
});

describe('the day of the appointment', () => {
  it('goes from arrival to check-in', async () => {
    const { appointmentId, asPatient, asPractitioner } = await practice.booking();
    const arrived = await practice.when(at(1, '13:00'), () => send(asPatient, 'arriveAppointment', { appointmentId }));
    expect(arrived.appointment?.status).toBe('ARRIVED');
    expect(codeOf(await send(asPatient, 'checkInAppointment', { appointmentId }))).toBe('NOT_ALLOWED');
    expect((await send(asPractitioner, 'checkInAppointment', { appointmentId })).appointment?.status).toBe('CHECKED_IN');
    expect((await eventsOf(appointmentId)).map(({ type }) => type)).toEqual([
      'appointment.booked',
      'appointment.arrived',
      'appointment.checkedIn',
    ]);
    expect((await send(asPractitioner, 'cancelAppointment', { appointmentId, reasonCode: 'PROV' })).userErrors[0]).toMatchObject({
      code: 'ILLEGAL_STATE',
      currentState: 'CHECKED_IN',
    });
  });

  it('marks a no-show only after the start, with the fee', async () => {
    const { appointmentId, asPractitioner, asPatient } = await practice.booking({ noShowFee: usd(5000) });
    expect(codeOf(await send(asPractitioner, 'markNoShow', { appointmentId }))).toBe('CONFLICT');
    await practice.when(at(1, '14:00'), async () => {
      expect(codeOf(await send(asPatient, 'markNoShow', { appointmentId }))).toBe('NOT_ALLOWED');
      const answer = await send<CancelAnswer>(asPractitioner, 'markNoShow', { appointmentId }, withCancellation);
      expect(answer.appointment).toMatchObject({ status: 'NOSHOW', cancellation: null, fee: usd(5000) });
      expect(await lastEventOf(appointmentId)).toMatchObject({ type: 'appointment.noShow', data: { fee: usd(5000) } });
    });
  });

  it('begins an hour before the start: until then nobody arrives, and the appointment can be cancelled', async () => {
    const { appointmentId, asPatient, asPractitioner } = await practice.booking({ cancelNoticeMinutes: 24 * 60, lateCancelFee: usd(2500) });
    for (const caller of [asPatient, asPractitioner, practice.desk]) {
      const early = await practice.when(at(1, '12:59'), () => send(caller, 'arriveAppointment', { appointmentId }));
      expect(early.userErrors).toMatchObject([
        { code: 'CONFLICT', path: ['appointmentId'], message: expect.stringContaining(at(1, '13:00')) as string },
      ]);
    }
    expect((await eventsOf(appointmentId)).map(({ type }) => type)).toEqual(['appointment.booked']);
    const cancelled = await practice.when(at(1, '12:59'), () =>
      send<CancelAnswer>(asPatient, 'cancelAppointment', { appointmentId, reasonCode: 'PAT' }, withCancellation),
    );
    expect(cancelled.appointment).toMatchObject({ status: 'CANCELLED', fee: usd(2500) });
  });

  it('shows each of two steps in one request the state after it', async () => {
    const { appointmentId } = await practice.booking();
    const document = `mutation ($arrive: ArriveAppointmentInput!, $checkIn: CheckInAppointmentInput!) {
      one: arriveAppointment(input: $arrive) { appointment { status statusHistory { status } } }
      two: checkInAppointment(input: $checkIn) { appointment { status statusHistory { status } } }
    }`;
    const variables = { arrive: { idempotencyKey: newId('evt'), appointmentId }, checkIn: { idempotencyKey: newId('evt'), appointmentId } };
    const history = ['BOOKED', 'ARRIVED', 'CHECKED_IN'].map((status) => ({ status }));
    expect(await practice.when(at(1, '13:30'), () => practice.desk.execute(document, variables))).toEqual({
      one: { appointment: { status: 'ARRIVED', statusHistory: history.slice(0, 2) } },
      two: { appointment: { status: 'CHECKED_IN', statusHistory: history } },
    });
  });
});

describe('an appointment in person that took place', () => {
  const arrived = async (modality: 'VIDEO' | 'IN_PERSON', checkIn: boolean) => {
    const booking = await practice.booking({ modality });
    const { appointmentId, asPractitioner } = booking;
    await practice.when(at(1, '13:45'), () => send(asPractitioner, 'arriveAppointment', { appointmentId }));
    if (checkIn) await send(asPractitioner, 'checkInAppointment', { appointmentId });
    return booking;
  };
  const fulfil = (caller: TestCaller, appointmentId: string, time = '14:00') =>
    practice.when(at(1, time), () => send(caller, 'fulfillAppointment', { appointmentId }));

  it.each([
    { who: 'asPractitioner' as const, checkIn: false },
    { who: 'asPractitioner' as const, checkIn: true },
    { who: 'desk' as const, checkIn: true },
  ])('is fulfilled by $who, checked in: $checkIn', async ({ who, checkIn }) => {
    const { appointmentId, patientId, practitionerId, ...callers } = await arrived('IN_PERSON', checkIn);
    expect((await fulfil(who === 'desk' ? practice.desk : callers[who], appointmentId)).appointment?.status).toBe('FULFILLED');
    const { appointment } = await practice.desk.execute<{ appointment: { healthcareService: { code: string } } }>(
      'query ($id: ID!) { appointment(id: $id) { healthcareService { code } } }',
      { id: appointmentId },
    );
    const serviceCode = appointment.healthcareService.code;
    expect(await lastEventOf(appointmentId)).toEqual({
      type: 'appointment.fulfilled',
      subject: appointmentId,
      data: { appointmentId, patientId, practitionerId, serviceCode, modality: 'IN_PERSON', startsAt: at(1, '14:00'), sensitivities: [] },
    });
  });

  it('is not fulfilled before its start, nor twice, nor before the patient is there, nor by the patient', async () => {
    const { appointmentId, asPatient, asPractitioner } = await arrived('IN_PERSON', false);
    expect((await fulfil(asPractitioner, appointmentId, '13:59')).userErrors).toMatchObject([
      { code: 'CONFLICT', path: ['appointmentId'], message: expect.stringContaining(at(1, '14:00')) as string },
    ]);
    expect(codeOf(await fulfil(asPatient, appointmentId))).toBe('NOT_ALLOWED');
    expect(codeOf(await fulfil(asPractitioner, appointmentId))).toBe('ok');
    expect((await fulfil(asPractitioner, appointmentId)).userErrors).toMatchObject([{ code: 'ILLEGAL_STATE', currentState: 'FULFILLED' }]);
    const booked = await practice.booking({ modality: 'IN_PERSON' });
    expect((await fulfil(practice.desk, booked.appointmentId)).userErrors).toMatchObject([
      { code: 'ILLEGAL_STATE', currentState: 'BOOKED', allowedStates: ['ARRIVED', 'CANCELLED', 'NOSHOW'] },
    ]);
    expect(codeOf(await fulfil(booked.asPatient, appointmentId))).toBe('NOT_FOUND');
  });

  it('is not by video: that is fulfilled by its visit', async () => {
    const { appointmentId, asPractitioner } = await arrived('VIDEO', true);
    expect((await fulfil(asPractitioner, appointmentId)).userErrors).toMatchObject([{ code: 'CONFLICT', path: ['appointmentId'] }]);
    expect((await lastEventOf(appointmentId))?.type).toBe('appointment.checkedIn');
  });
});
