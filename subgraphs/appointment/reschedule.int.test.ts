import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#chassis/ids.ts';
import { at, codeOf, openPractice, send, type AppointmentAnswer, type Practice } from './testing/practice.ts';

let practice: Practice;
beforeAll(async () => {
  practice = await openPractice();
});
afterAll(() => practice[Symbol.asyncDispose]());

const withSlots = 'appointment { id status startsAt } nextFreeSlots { startsAt }';
interface MoveAnswer extends AppointmentAnswer {
  nextFreeSlots: { startsAt: string }[];
}

describe('rescheduling', () => {
  it('moves in place: same id, same status, one event, the old place free at once', async () => {
    const { appointmentId, asPatient, healthcareServiceId, practitionerId } = await practice.booking();
    const moved = await send(
      asPatient,
      'rescheduleAppointment',
      { appointmentId, startsAt: at(2, '15:00') },
      'appointment { id status startsAt endsAt statusHistory { status startsAt } }',
    );
    expect(moved.appointment).toEqual({
      id: appointmentId,
      status: 'BOOKED',
      startsAt: at(2, '15:00'),
      endsAt: at(2, '15:20'),
      statusHistory: [
        { status: 'BOOKED', startsAt: at(1, '14:00') },
        { status: 'BOOKED', startsAt: at(2, '15:00') },
      ],
    });
    const events = (await practice.graph.emitted()).filter(({ subject }) => subject === appointmentId);
    expect(events.map(({ type }) => type)).toEqual(['appointment.booked', 'appointment.rescheduled']);
    expect(events[1]?.data).toMatchObject({ startsAt: at(2, '15:00'), previousStartsAt: at(1, '14:00') });
    const again = await send(practice.desk, 'bookAppointment', {
      patientId: await practice.patient(),
      practitionerId,
      healthcareServiceId,
      startsAt: at(1, '14:00'),
    });
    expect(codeOf(again)).toBe('ok');
  });

  it('never blocks itself: to a time that overlaps its own', async () => {
    const { desk } = practice;
    const { appointmentId } = await practice.booking({ durationMinutes: 60, gridMinutes: 15, bufferAfterMinutes: 15 });
    expect((await send(desk, 'rescheduleAppointment', { appointmentId, startsAt: at(1, '14:15') })).appointment?.startsAt).toBe(
      at(1, '14:15'),
    );
    expect((await send(desk, 'rescheduleAppointment', { appointmentId, startsAt: at(1, '13:30') })).appointment?.startsAt).toBe(
      at(1, '13:30'),
    );
  });

  it('to the place it has changes nothing and tells nobody', async () => {
    const { appointmentId, asPatient } = await practice.booking();
    expect(codeOf(await send(asPatient, 'rescheduleAppointment', { appointmentId, startsAt: at(1, '14:00') }))).toBe('ok');
    expect((await practice.graph.emitted('appointment.rescheduled')).filter(({ subject }) => subject === appointmentId)).toEqual([]);
  });

  it('that fails leaves all as it was and names the next free slots', async () => {
    const { appointmentId, practitionerId, healthcareServiceId } = await practice.booking();
    await send(practice.desk, 'bookAppointment', {
      patientId: await practice.patient(),
      practitionerId,
      healthcareServiceId,
      startsAt: at(1, '15:00'),
    });
    const refused = await send<MoveAnswer>(practice.desk, 'rescheduleAppointment', { appointmentId, startsAt: at(1, '15:00') }, withSlots);
    expect(codeOf(refused)).toBe('SLOT_TAKEN');
    expect(refused.nextFreeSlots[0]).toEqual({ startsAt: at(1, '15:20') });
    const { appointment } = await practice.desk.execute<{ appointment: { startsAt: string } }>(
      'query ($id: ID!) { appointment(id: $id) { startsAt } }',
      { id: appointmentId },
    );
    expect(appointment.startsAt).toBe(at(1, '14:00'));
  });

  it('to a colleague moves it into the colleague’s calendar', async () => {
    const { appointmentId, healthcareServiceId, asPractitioner, practitionerId } = await practice.booking();
    const colleague = await practice.practitioner([healthcareServiceId]);
    const input = { appointmentId, practitionerId: colleague, startsAt: at(1, '14:00') };
    expect(codeOf(await send(asPractitioner, 'rescheduleAppointment', input))).toBe('NOT_ALLOWED');
    expect(codeOf(await send(practice.desk, 'rescheduleAppointment', { ...input, practitionerId: newId('prc') }))).toBe('NOT_FOUND');
    expect(codeOf(await send(practice.desk, 'rescheduleAppointment', { ...input, practitionerId: await practice.practitioner([]) }))).toBe(
      'SLOT_UNAVAILABLE',
    );
    expect(codeOf(await send(practice.desk, 'rescheduleAppointment', input))).toBe('ok');
    const seen = (id: string) =>
      practice
        .asPractitioner(id)
        .execute<{ appointment: { id: string } | null }>('query ($id: ID!) { appointment(id: $id) { id } }', { id: appointmentId });
    expect((await seen(practitionerId)).appointment).toBeNull();
    expect((await seen(colleague)).appointment).not.toBeNull();
  });

  it('keeps the patient’s side to the notice of the visit type, and not the staff', async () => {
    const { appointmentId, asPatient, asPractitioner } = await practice.booking({ rescheduleNoticeMinutes: 48 * 60 });
    const input = { appointmentId, startsAt: at(3, '15:00') };
    expect((await send(asPatient, 'rescheduleAppointment', input)).userErrors[0]).toMatchObject({
      code: 'NOTICE_TOO_SHORT',
      path: ['appointmentId'],
    });
    expect(codeOf(await send(asPractitioner, 'rescheduleAppointment', input))).toBe('ok');
  });

  it('is refused from any state but pending and booked', async () => {
    const { appointmentId, asPatient } = await practice.booking();
    await practice.when(at(1, '13:30'), () => send(asPatient, 'arriveAppointment', { appointmentId }));
    const refused = await send(asPatient, 'rescheduleAppointment', { appointmentId, startsAt: at(2, '15:00') });
    expect(refused.userErrors[0]).toMatchObject({
      code: 'ILLEGAL_STATE',
      currentState: 'ARRIVED',
      allowedStates: ['CHECKED_IN', 'FULFILLED'],
    });
  });

  it('moves a request that still waits for approval', async () => {
    const { appointmentId, asPatient } = await practice.booking({ requiresApproval: true });
    const moved = await send(asPatient, 'rescheduleAppointment', { appointmentId, startsAt: at(2, '15:00') });
    expect(moved.appointment).toMatchObject({ status: 'PENDING', startsAt: at(2, '15:00') });
  });

  it('gives one place to exactly one of 20 who want to move there', async () => {
    const { practitionerId, healthcareServiceId } = await practice.booking({ gridMinutes: 10, durationMinutes: 10 });
    const ids: string[] = [];
    for (let count = 0; count < 20; count++) {
      const startsAt = new Date(Date.parse(at(1, '15:00')) + count * 600_000).toISOString();
      const made = await send(practice.desk, 'bookAppointment', {
        patientId: await practice.patient(),
        practitionerId,
        healthcareServiceId,
        startsAt,
      });
      ids.push(made.appointment?.id ?? '');
    }
    const answers = await Promise.all(
      ids.map((appointmentId) => send(practice.desk, 'rescheduleAppointment', { appointmentId, startsAt: at(2, '14:00') })),
    );
    expect(answers.map(codeOf).sort()).toEqual([...Array.from({ length: 19 }, () => 'SLOT_TAKEN'), 'ok']);
  });

  it('lets two swap through a third place without a deadlock', async () => {
    const one = await practice.booking();
    const other = await practice.practitioner([one.healthcareServiceId]);
    const second = await send(practice.desk, 'bookAppointment', {
      patientId: await practice.patient(),
      practitionerId: other,
      healthcareServiceId: one.healthcareServiceId,
      startsAt: at(1, '14:00'),
    });
    const answers = await Promise.all([
      send(practice.desk, 'rescheduleAppointment', { appointmentId: one.appointmentId, practitionerId: other, startsAt: at(1, '15:00') }),
      send(practice.desk, 'rescheduleAppointment', {
        appointmentId: second.appointment?.id,
        practitionerId: one.practitionerId,
        startsAt: at(1, '15:00'),
      }),
    ]);
    expect(answers.map(codeOf)).toEqual(['ok', 'ok']);
  });

  it('of an appointment that one may not see is as of one that is not there', async () => {
    const { appointmentId } = await practice.booking();
    const strangers = [
      practice.asPatient(await practice.patient()),
      practice.asPractitioner(newId('prc')),
      practice.as({ role: 'PHARMACY' }),
    ];
    for (const stranger of strangers) {
      expect(codeOf(await send(stranger, 'rescheduleAppointment', { appointmentId, startsAt: at(2, '15:00') }))).toBe('NOT_FOUND');
    }
    expect(codeOf(await send(practice.as({ role: 'BILLER' }), 'rescheduleAppointment', { appointmentId, startsAt: at(2, '15:00') }))).toBe(
      'NOT_ALLOWED',
    );
  });
});
