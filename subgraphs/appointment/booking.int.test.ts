import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#chassis/ids.ts';
import { at, codeOf, openPractice, send, type AppointmentAnswer, type Practice } from './testing/practice.ts';

let practice: Practice;
beforeAll(async () => {
  practice = await openPractice();
});
afterAll(() => practice[Symbol.asyncDispose]());

const withSlots = 'appointment { id status startsAt } nextFreeSlots { startsAt localStart status practitioner { id } }';
interface BookingAnswer extends AppointmentAnswer {
  nextFreeSlots: { startsAt: string; localStart: string; status: string; practitioner: { id: string } }[];
}

/** What bookAppointment needs, for a new practitioner, visit type and patient. */
async function place(change: Parameters<Practice['healthcareService']>[0] = {}) {
  const healthcareServiceId = await practice.healthcareService(change);
  const practitionerId = await practice.practitioner([healthcareServiceId]);
  const patientId = await practice.patient();
  return { patientId, practitionerId, healthcareServiceId, startsAt: at(1, '14:00') };
}

describe('booking', () => {
  it('takes a free slot, says so in an event, and keeps the history', async () => {
    const input = await place();
    const answer = await send(
      practice.asPatient(input.patientId),
      'bookAppointment',
      { ...input, reason: ' A cough ' },
      'appointment { id status startsAt endsAt reason modality statusHistory { status startsAt } patient { id } practitioner { id } healthcareService { id } }',
    );
    expect(answer).toMatchObject({
      appointment: {
        status: 'BOOKED',
        startsAt: at(1, '14:00'),
        endsAt: at(1, '14:20'),
        reason: 'A cough',
        modality: 'VIDEO',
        statusHistory: [{ status: 'BOOKED', startsAt: at(1, '14:00') }],
        patient: { id: input.patientId },
        practitioner: { id: input.practitionerId },
        healthcareService: { id: input.healthcareServiceId },
      },
      userErrors: [],
    });
    const events = await practice.graph.emitted('appointment.booked');
    expect(events.at(-1)).toMatchObject({
      subject: answer.appointment?.id,
      data: { ...input, appointmentId: answer.appointment?.id, endsAt: at(1, '14:20'), modality: 'VIDEO' },
    });
  });

  it('waits for approval where the visit type asks for it', async () => {
    const input = await place({ requiresApproval: true });
    const answer = await send(practice.asPatient(input.patientId), 'bookAppointment', input);
    expect(answer.appointment?.status).toBe('PENDING');
    const events = (await practice.graph.emitted()).filter(({ subject }) => subject === answer.appointment?.id);
    expect(events.map(({ type }) => type)).toEqual(['appointment.requested']);
  });

  it('names the next free slots when the slot is taken', async () => {
    const input = await place({ bufferAfterMinutes: 10 });
    await send(practice.desk, 'bookAppointment', input);
    const answer = await send<BookingAnswer>(
      practice.desk,
      'bookAppointment',
      { ...input, patientId: await practice.patient() },
      withSlots,
    );
    expect(answer.appointment).toBeNull();
    expect(answer.userErrors[0]).toMatchObject({ code: 'SLOT_TAKEN', path: ['startsAt'], retryable: false });
    expect(answer.nextFreeSlots).toEqual(
      ['14:40', '15:00', '15:20', '15:40', '16:00'].map((time) => ({
        startsAt: at(1, time),
        localStart: `2026-06-02T${String(Number(time.slice(0, 2)) - 4).padStart(2, '0')}${time.slice(2)}:00-04:00`,
        status: 'FREE',
        practitioner: { id: input.practitionerId },
      })),
    );
  });

  it('refuses a patient who is elsewhere at that time, even for a minute', async () => {
    const first = await place();
    const second = await place({ gridMinutes: 5 });
    await send(practice.desk, 'bookAppointment', first);
    expect(codeOf(await send(practice.desk, 'bookAppointment', { ...second, patientId: first.patientId, startsAt: at(1, '14:15') }))).toBe(
      'PATIENT_BUSY',
    );
    expect(codeOf(await send(practice.desk, 'bookAppointment', { ...second, patientId: first.patientId, startsAt: at(1, '14:20') }))).toBe(
      'ok',
    );
  });

  it.each([
    { name: 'outside of the hours', startsAt: at(1, '12:40'), code: 'SLOT_UNAVAILABLE' },
    { name: 'off the grid', startsAt: at(1, '14:10'), code: 'SLOT_UNAVAILABLE' },
    { name: 'over the end of the day', startsAt: at(1, '21:00'), code: 'SLOT_UNAVAILABLE' },
    { name: 'on a Saturday', startsAt: at(5, '14:00'), code: 'SLOT_UNAVAILABLE' },
    { name: 'in the past', startsAt: at(-3, '14:00'), code: 'NOTICE_TOO_SHORT' },
    { name: 'beyond the horizon', startsAt: at(98, '14:00'), code: 'BEYOND_HORIZON' },
  ])('refuses a start $name: $code', async ({ startsAt, code }) => {
    const answer = await send(practice.desk, 'bookAppointment', { ...(await place()), startsAt });
    expect(answer.userErrors[0]).toMatchObject({ code, path: ['startsAt'] });
  });

  it('holds a patient to the minimum notice, and not the front desk', async () => {
    const input = { ...(await place({ minimumNoticeMinutes: 180 })), startsAt: at(0, '14:00') };
    expect(codeOf(await send(practice.asPatient(input.patientId), 'bookAppointment', input))).toBe('NOTICE_TOO_SHORT');
    expect(codeOf(await send(practice.desk, 'bookAppointment', input))).toBe('ok');
  });

  it('refuses what does not exist, each with its path', async () => {
    const input = await place();
    const refusal = async (change: Record<string, string>) =>
      (await send(practice.desk, 'bookAppointment', { ...input, ...change })).userErrors[0];
    expect(await refusal({ patientId: newId('pat') })).toMatchObject({ code: 'PATIENT_UNKNOWN', path: ['patientId'], retryable: true });
    expect(await refusal({ practitionerId: newId('prc') })).toMatchObject({ code: 'NOT_FOUND', path: ['practitionerId'] });
    expect(await refusal({ healthcareServiceId: newId('hcs') })).toMatchObject({ code: 'NOT_FOUND', path: ['healthcareServiceId'] });
    expect(await refusal({ healthcareServiceId: await practice.healthcareService() })).toMatchObject({
      code: 'SLOT_UNAVAILABLE',
      path: ['practitionerId'],
    });
    expect(await refusal({ reason: 'x'.repeat(501) })).toMatchObject({ code: 'INVALID_INPUT', path: ['reason'] });
  });

  it('forgets a refusal that may pass: the same key works once the patient is known', async () => {
    const patientId = newId('pat');
    const input = { ...(await place()), patientId, idempotencyKey: 'patient-on-the-way' };
    expect(codeOf(await send(practice.desk, 'bookAppointment', input))).toBe('PATIENT_UNKNOWN');
    await practice.graph.receive('patient.registered', patientId, { patientId });
    expect(codeOf(await send(practice.desk, 'bookAppointment', input))).toBe('ok');
  });

  it('refuses a practitioner who takes no appointments', async () => {
    const input = await place();
    await send(practice.desk, 'setPractitionerActive', { practitionerId: input.practitionerId, active: false }, 'practitioner { active }');
    expect(codeOf(await send(practice.desk, 'bookAppointment', input))).toBe('SLOT_UNAVAILABLE');
  });

  it('is for the patient, a proxy and the front desk only', async () => {
    const input = await place();
    const stranger = practice.asPatient(await practice.patient());
    expect((await send(stranger, 'bookAppointment', input)).userErrors[0]).toMatchObject({ code: 'NOT_FOUND', path: ['patientId'] });
    for (const role of ['BILLER', 'PHARMACY', 'PAYER', 'PRIVACY_OFFICER', 'SYSTEM'] as const) {
      expect(codeOf(await send(practice.as({ role }), 'bookAppointment', input))).toBe('NOT_ALLOWED');
    }
    expect(codeOf(await send(practice.asPractitioner(input.practitionerId), 'bookAppointment', input))).toBe('NOT_ALLOWED');
    expect(codeOf(await send(await practice.proxyOf(input.patientId), 'bookAppointment', input))).toBe('ok');
  });
});

describe('one place under a crowd', () => {
  it('goes to exactly one of 50 patients; the others hear SLOT_TAKEN', async () => {
    const input = await place();
    const patients = await Promise.all(Array.from({ length: 50 }, () => practice.patient()));
    const answers = await Promise.all(
      patients.map((patientId) => send(practice.asPatient(patientId), 'bookAppointment', { ...input, patientId })),
    );
    expect(answers.map(codeOf).sort()).toEqual([...Array.from({ length: 49 }, () => 'SLOT_TAKEN'), 'ok']);
  });

  it('goes to exactly one of 50 requests of one patient; the others hear SLOT_TAKEN', async () => {
    const input = await place();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => send(practice.asPatient(input.patientId), 'bookAppointment', input)),
    );
    expect(answers.map(codeOf).sort()).toEqual([...Array.from({ length: 49 }, () => 'SLOT_TAKEN'), 'ok']);
  });

  it('never has a patient in two rooms', async () => {
    const places = await Promise.all(Array.from({ length: 12 }, () => place()));
    const patientId = await practice.patient();
    const answers = await Promise.all(
      places.map((input) => send(practice.asPatient(patientId), 'bookAppointment', { ...input, patientId })),
    );
    expect(answers.map(codeOf).sort()).toEqual([...Array.from({ length: 11 }, () => 'PATIENT_BUSY'), 'ok']);
  });

  it('leaves no two appointments of a practitioner that overlap, whatever 60 requests ask for', async () => {
    const input = await place({ durationMinutes: 30, bufferBeforeMinutes: 5, bufferAfterMinutes: 10, gridMinutes: 10 });
    const patients = await Promise.all(Array.from({ length: 60 }, () => practice.patient()));
    await Promise.all(
      patients.map((patientId, index) => {
        const minutes = 14 * 60 + (index % 20) * 10;
        const time = `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
        return send(practice.desk, 'bookAppointment', { ...input, patientId, startsAt: at(1, time) });
      }),
    );
    const { rows } = await practice.graph.subgraph.database.pool.query<{ blocked_from: Date; blocked_until: Date }>(
      'select blocked_from, blocked_until from appointment where practitioner_id = $1 order by blocked_from',
      [input.practitionerId],
    );
    expect(rows.length).toBeGreaterThan(2);
    for (const [index, { blocked_from: from }] of rows.entries()) {
      expect(from.getTime()).toBeGreaterThanOrEqual(rows[index - 1]?.blocked_until.getTime() ?? 0);
    }
  });

  it('proxies of one patient race as anyone does, without waiting for each other’s connections', async () => {
    const input = await place();
    const proxies = [];
    for (let count = 0; count < 40; count++) proxies.push(await practice.proxyOf(input.patientId));
    const answers = await Promise.all(proxies.map((proxy) => send(proxy, 'bookAppointment', input)));
    expect(answers.map(codeOf).sort()).toEqual([...Array.from({ length: 39 }, () => 'SLOT_TAKEN'), 'ok']);
  });
});

describe('the last line, past all locks', () => {
  const insert = `insert into appointment (id, patient_id, practitioner_id, healthcare_service_id, status, starts_at, ends_at, blocked_from, blocked_until, created_at)
    select $1, $2, $3, healthcare_service_id, 'BOOKED', starts_at, ends_at, blocked_from, blocked_until, created_at from appointment where id = $4`;

  it('the database refuses a second booking of a practitioner or of a patient', async () => {
    const { appointmentId, patientId, practitionerId } = await practice.booking();
    const { pool } = practice.graph.subgraph.database;
    const other = await practice.practitioner([]);
    await expect(pool.query(insert, [newId('apt'), newId('pat'), practitionerId, appointmentId])).rejects.toThrow(
      /appointment_practitioner_no_overlap/,
    );
    await expect(pool.query(insert, [newId('apt'), patientId, other, appointmentId])).rejects.toThrow(/appointment_patient_no_overlap/);
  });

  it('the history of an appointment cannot be rewritten', async () => {
    const { appointmentId } = await practice.booking();
    const { pool } = practice.graph.subgraph.database;
    await expect(
      pool.query(`update appointment_status_entry set status = 'NOSHOW' where appointment_id = $1`, [appointmentId]),
    ).rejects.toThrow(/append-only/);
    await expect(pool.query('delete from appointment_status_entry where appointment_id = $1', [appointmentId])).rejects.toThrow(
      /append-only/,
    );
    await expect(pool.query('truncate appointment_status_entry cascade')).rejects.toThrow(/append-only/);
  });
});

describe('one idempotency key', () => {
  it('sent 50 times at once makes one appointment and gives one answer', async () => {
    const input = { ...(await place()), idempotencyKey: 'same-key-at-once' };
    const caller = practice.asPatient(input.patientId);
    const answers = await Promise.all(Array.from({ length: 50 }, () => send(caller, 'bookAppointment', input)));
    expect(new Set(answers.map(({ appointment }) => appointment?.id)).size).toBe(1);
    expect(answers.every((answer) => codeOf(answer) === 'ok')).toBe(true);
    const events = (await practice.graph.emitted('appointment.booked')).filter(({ data }) => data.patientId === input.patientId);
    expect(events).toHaveLength(1);
  });

  it('with another input is refused', async () => {
    const input = { ...(await place()), idempotencyKey: 'same-key-other-input' };
    await send(practice.desk, 'bookAppointment', input);
    expect(codeOf(await send(practice.desk, 'bookAppointment', { ...input, startsAt: at(1, '16:00') }))).toBe('IDEMPOTENCY_KEY_REUSED');
  });
});
