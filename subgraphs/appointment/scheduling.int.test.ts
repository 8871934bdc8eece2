import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#chassis/ids.ts';
import { at, codeOf, openPractice, send, type Practice, type Refused } from './testing/practice.ts';

let practice: Practice;
beforeAll(async () => {
  practice = await openPractice();
});
afterAll(() => practice[Symbol.asyncDispose]());

interface FoundSlot {
  startsAt: string;
  endsAt: string;
  localStart: string;
  timeZone: string;
  status: string;
  practitioner: { id: string };
}
const slotQuery = `query ($id: ID!, $ids: [ID!], $specialty: Specialty, $from: DateTime!, $to: DateTime!, $timeZone: TimeZone, $first: Int) {
  availableSlots(healthcareServiceId: $id, practitionerIds: $ids, specialty: $specialty, from: $from, to: $to, timeZone: $timeZone, first: $first) {
    startsAt endsAt localStart timeZone status practitioner { id } } }`;
const slots = async (id: string, from: string, to: string, more: Record<string, unknown> = {}, caller = practice.desk) =>
  (await caller.execute<{ availableSlots: FoundSlot[] }>(slotQuery, { id, from, to, ...more })).availableSlots;
const times = (found: FoundSlot[]) => found.map(({ startsAt }) => startsAt.slice(11, 16));

interface ScheduleAnswer {
  schedule: { exceptions: { edges: { node: { id: string; kind: string; startTime: string | null } }[] } } | null;
  userErrors: Refused[];
}
const withExceptions = 'schedule { exceptions { edges { node { id kind startsOn endsOn startTime endTime reason } } } }';

describe('available slots', () => {
  it('are the hours minus bookings and buffers, in the zone of the asker', async () => {
    const { healthcareServiceId, practitionerId } = await practice.booking({ bufferBeforeMinutes: 5, bufferAfterMinutes: 5 });
    const found = await slots(healthcareServiceId, at(1, '13:00'), at(1, '15:20'), { timeZone: 'Europe/Berlin' });
    expect(times(found)).toEqual(['13:00', '13:20', '14:40', '15:00']);
    expect(found[0]).toEqual({
      startsAt: at(1, '13:00'),
      endsAt: at(1, '13:20'),
      localStart: '2026-06-02T15:00:00+02:00',
      timeZone: 'Europe/Berlin',
      status: 'FREE',
      practitioner: { id: practitionerId },
    });
  });

  it('of several practitioners are sorted by start, each in its own zone, at most as many as asked', async () => {
    const id = await practice.healthcareService({ gridMinutes: 60, durationMinutes: 60 });
    const newYork = await practice.practitioner([id]);
    const losAngeles = await practice.practitioner([id], { timeZone: 'America/Los_Angeles', specialty: 'DERMATOLOGY' });
    const all = await slots(id, at(1, '13:00'), at(1, '18:00'));
    expect(all.map((slot) => `${slot.localStart.slice(11)} ${slot.practitioner.id === newYork ? 'NY' : 'LA'}`)).toEqual([
      '09:00:00-04:00 NY',
      '10:00:00-04:00 NY',
      '11:00:00-04:00 NY',
      ...[newYork, losAngeles].sort().map((who) => (who === newYork ? '12:00:00-04:00 NY' : '09:00:00-07:00 LA')),
      ...[newYork, losAngeles].sort().map((who) => (who === newYork ? '13:00:00-04:00 NY' : '10:00:00-07:00 LA')),
    ]);
    expect(await slots(id, at(1, '13:00'), at(1, '18:00'), { first: 4 })).toEqual(all.slice(0, 4));
    expect(times(await slots(id, at(1, '13:00'), at(1, '18:00'), { specialty: 'DERMATOLOGY' }))).toEqual(['16:00', '17:00']);
    expect(times(await slots(id, at(1, '13:00'), at(1, '18:00'), { ids: [losAngeles] }))).toEqual(['16:00', '17:00']);
    expect(await slots(id, at(1, '13:00'), at(1, '18:00'), { ids: [] })).toEqual([]);
  });

  it('can all be booked', async () => {
    const { healthcareServiceId, practitionerId } = await practice.booking({ bufferAfterMinutes: 10 });
    for (const { startsAt } of (await slots(healthcareServiceId, at(2, '13:00'), at(2, '15:00'))).filter(
      (_slot, index) => index % 2 === 0,
    )) {
      expect(
        codeOf(
          await send(practice.desk, 'bookAppointment', {
            patientId: await practice.patient(),
            practitionerId,
            healthcareServiceId,
            startsAt,
          }),
        ),
      ).toBe('ok');
    }
  });

  it('keep notice and horizon: now is Monday 12:00 UTC', async () => {
    const id = await practice.healthcareService({ minimumNoticeMinutes: 120, bookingHorizonDays: 2 });
    await practice.practitioner([id]);
    const patient = practice.asPatient(await practice.patient());
    expect(times(await slots(id, at(0, '00:00'), at(0, '14:20'), {}, patient))).toEqual(['14:00']);
    expect(times(await slots(id, at(0, '00:00'), at(0, '13:40')))).toEqual(['13:00', '13:20']);
    expect((await slots(id, at(0, '00:00'), at(20, '00:00'), { first: 500 })).at(-1)?.startsAt).toBe(at(1, '20:40'));
  });

  it.each([
    { name: 'to before from', to: at(0, '00:00'), more: {}, argument: 'to' },
    { name: 'more than 31 days', to: at(33, '00:00'), more: {}, argument: 'to' },
    { name: 'more than 500', to: at(2, '00:00'), more: { first: 501 }, argument: 'first' },
    { name: 'none', to: at(2, '00:00'), more: { first: 0 }, argument: 'first' },
    {
      name: 'more than 100 practitioners',
      to: at(2, '00:00'),
      more: { ids: Array.from({ length: 101 }, () => 'prc_x') },
      argument: 'practitionerIds',
    },
  ])('refuse $name', async ({ to, more, argument }) => {
    const { errors } = await practice.desk.run(slotQuery, { id: await practice.healthcareService(), from: at(1, '00:00'), to, ...more });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
  });

  it('refuse a visit type that does not exist', async () => {
    const { errors } = await practice.desk.run(slotQuery, { id: newId('hcs'), from: at(1, '00:00'), to: at(2, '00:00') });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'healthcareServiceId' });
  });
});

describe('a practitioner’s availability', () => {
  it('is replaced as a whole, zone included, and may cross midnight', async () => {
    const id = await practice.healthcareService({ durationMinutes: 60, gridMinutes: 60 });
    const practitionerId = await practice.practitioner([id]);
    const rules = [{ dayOfWeek: 'TUE', startTime: '22:00', endTime: '02:00', validFrom: '2026-06-01', validTo: '2026-06-07' }];
    const answer = await send<{ schedule: object | null; userErrors: Refused[] }>(
      practice.asPractitioner(practitionerId),
      'setAvailability',
      { practitionerId, timeZone: 'Asia/Kolkata', rules },
      'schedule { timeZone rules { dayOfWeek startTime endTime validFrom validTo } }',
    );
    expect(answer.schedule).toEqual({ timeZone: 'Asia/Kolkata', rules });
    expect((await slots(id, at(0, '12:00'), at(14, '12:00'))).map(({ localStart }) => localStart)).toEqual([
      '2026-06-02T22:00:00+05:30',
      '2026-06-02T23:00:00+05:30',
      '2026-06-03T00:00:00+05:30',
      '2026-06-03T01:00:00+05:30',
    ]);
  });

  it('takes in time off and extra hours until they are removed', async () => {
    const id = await practice.healthcareService({ durationMinutes: 60, gridMinutes: 60 });
    const practitionerId = await practice.practitioner([id]);
    const self = practice.asPractitioner(practitionerId);
    const tuesday = async () => times(await slots(id, at(1, '00:00'), at(2, '04:00')));
    expect(await tuesday()).toHaveLength(8);
    const off = await send<ScheduleAnswer>(
      self,
      'addAvailabilityException',
      { practitionerId, kind: 'TIME_OFF', startsOn: '2026-06-02', startTime: '10:00', endTime: '16:00', reason: 'Dentist' },
      withExceptions,
    );
    expect(off.schedule?.exceptions.edges.map(({ node }) => node)).toMatchObject([
      { kind: 'TIME_OFF', startsOn: '2026-06-02', endsOn: '2026-06-02', startTime: '10:00', endTime: '16:00', reason: 'Dentist' },
    ]);
    expect(await tuesday()).toEqual(['13:00', '20:00']);
    await send(
      practice.desk,
      'addAvailabilityException',
      { practitionerId, kind: 'EXTRA_HOURS', startsOn: '2026-06-02', startTime: '19:00', endTime: '21:00' },
      withExceptions,
    );
    expect(await tuesday()).toEqual(['13:00', '20:00', '23:00', '00:00']);
    const removed = await send<ScheduleAnswer>(
      self,
      'removeAvailabilityException',
      { exceptionId: off.schedule?.exceptions.edges[0]?.node.id },
      withExceptions,
    );
    expect(removed.schedule?.exceptions.edges.map(({ node }) => node.kind)).toEqual(['EXTRA_HOURS']);
    expect(await tuesday()).toHaveLength(10);
  });

  it('time off shows its reason to colleagues only', async () => {
    const practitionerId = await practice.practitioner([]);
    await send(
      practice.desk,
      'addAvailabilityException',
      { practitionerId, kind: 'TIME_OFF', startsOn: '2026-06-02', reason: 'Dentist' },
      withExceptions,
    );
    const query =
      'query ($id: ID!) { practitioner(id: $id) { schedule { rules { dayOfWeek } exceptions { edges { node { reason } } } } } }';
    interface Seen {
      practitioner: { schedule: { rules: object[]; exceptions: { edges: object[] } } };
    }
    const seen = async (caller = practice.desk) => (await caller.execute<Seen>(query, { id: practitionerId })).practitioner.schedule;
    expect((await seen()).exceptions.edges).toHaveLength(1);
    expect((await seen(practice.asPractitioner(practitionerId))).exceptions.edges).toHaveLength(1);
    expect(await seen(practice.asPractitioner(newId('prc')))).toMatchObject({
      rules: Array.from({ length: 5 }, () => ({})),
      exceptions: { edges: [] },
    });
  });

  it.each([
    { change: { endsOn: '2026-06-01' }, path: 'endsOn' },
    { change: { endsOn: '2027-06-05' }, path: 'endsOn' },
    { change: { startTime: '10:00' }, path: 'endTime' },
    { change: { endTime: '10:00' }, path: 'startTime' },
    { change: { kind: 'EXTRA_HOURS' }, path: 'startTime' },
  ])('refuses an exception with $change', async ({ change, path }) => {
    const practitionerId = await practice.practitioner([]);
    const refused = await send<ScheduleAnswer>(
      practice.desk,
      'addAvailabilityException',
      { practitionerId, kind: 'TIME_OFF', startsOn: '2026-06-02', ...change },
      withExceptions,
    );
    expect(refused.userErrors[0]).toMatchObject({ code: 'INVALID_INPUT', path: [path] });
  });

  it('is not for others to set', async () => {
    const practitionerId = await practice.practitioner([]);
    const colleague = practice.asPractitioner(newId('prc'));
    const own = await send<ScheduleAnswer>(
      practice.desk,
      'addAvailabilityException',
      { practitionerId, kind: 'TIME_OFF', startsOn: '2026-06-02' },
      withExceptions,
    );
    expect(codeOf(await send<ScheduleAnswer>(colleague, 'setAvailability', { practitionerId, rules: [] }, withExceptions))).toBe(
      'NOT_ALLOWED',
    );
    expect(
      codeOf(
        await send<ScheduleAnswer>(
          colleague,
          'removeAvailabilityException',
          { exceptionId: own.schedule?.exceptions.edges[0]?.node.id },
          withExceptions,
        ),
      ),
    ).toBe('NOT_FOUND');
    expect(
      codeOf(await send<ScheduleAnswer>(practice.desk, 'setAvailability', { practitionerId: newId('prc'), rules: [] }, withExceptions)),
    ).toBe('NOT_FOUND');
    const backwards = [{ dayOfWeek: 'MON', startTime: '09:00', endTime: '17:00', validFrom: '2026-06-02', validTo: '2026-06-01' }];
    expect(
      (await send<ScheduleAnswer>(practice.desk, 'setAvailability', { practitionerId, rules: backwards }, withExceptions)).userErrors[0],
    ).toMatchObject({ code: 'INVALID_INPUT', path: ['rules', '0', 'validTo'] });
  });
});

describe('the waitlist', () => {
  interface WaitlistAnswer {
    waitlistEntry: { id: string; status: string } | null;
    userErrors: Refused[];
  }
  const entry = 'waitlistEntry { id status patient { id } practitioner { id } healthcareService { id } }';
  const listOf = async (caller: Practice['desk'], patientId: string) => {
    const { _entities } = await caller.execute<{ _entities: { waitlistEntries: { edges: { node: { status: string } }[] } }[] }>(
      'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Patient { waitlistEntries { edges { node { status } } } } } }',
      {
        of: [{ __typename: 'Patient', id: patientId }],
      },
    );
    return _entities[0]?.waitlistEntries.edges.map(({ node }) => node.status);
  };

  it('is joined once for the same thing, left once, and joined again', async () => {
    const { patientId, healthcareServiceId, asPatient, asPractitioner } = await practice.booking();
    const join = () => send<WaitlistAnswer>(asPatient, 'joinWaitlist', { patientId, healthcareServiceId }, entry);
    const joined = await join();
    expect(joined.waitlistEntry).toMatchObject({
      status: 'WAITING',
      patient: { id: patientId },
      practitioner: null,
      healthcareService: { id: healthcareServiceId },
    });
    expect(codeOf(await join())).toBe('CONFLICT');
    const leave = () => send<WaitlistAnswer>(practice.desk, 'leaveWaitlist', { waitlistEntryId: joined.waitlistEntry?.id }, entry);
    expect((await leave()).waitlistEntry?.status).toBe('LEFT');
    expect((await leave()).userErrors[0]).toMatchObject({ code: 'ILLEGAL_STATE', currentState: 'LEFT' });
    expect(codeOf(await join())).toBe('ok');
    expect(await listOf(asPatient, patientId)).toEqual(['WAITING', 'LEFT']);
    expect(await listOf(asPractitioner, patientId)).toEqual([]);
  });

  it('refuses strangers, other roles, unknown things and a time that has passed', async () => {
    const { patientId, healthcareServiceId, practitionerId, asPractitioner } = await practice.booking();
    const join = (caller: Practice['desk'], change: Record<string, unknown> = {}) =>
      send<WaitlistAnswer>(caller, 'joinWaitlist', { patientId, healthcareServiceId, practitionerId, ...change }, entry);
    expect(codeOf(await join(practice.asPatient(newId('pat'))))).toBe('NOT_FOUND');
    expect(codeOf(await join(asPractitioner))).toBe('NOT_ALLOWED');
    expect(codeOf(await join(practice.desk, { patientId: newId('pat') }))).toBe('PATIENT_UNKNOWN');
    expect(codeOf(await join(practice.desk, { practitionerId: newId('prc') }))).toBe('NOT_FOUND');
    expect(codeOf(await join(practice.desk, { healthcareServiceId: newId('hcs') }))).toBe('NOT_FOUND');
    expect(codeOf(await join(practice.desk, { latestStart: at(-1, '12:00') }))).toBe('INVALID_INPUT');
    expect(codeOf(await join(practice.desk, { earliestStart: at(3, '12:00'), latestStart: at(2, '12:00') }))).toBe('INVALID_INPUT');
    const joined = await join(practice.desk);
    expect(
      codeOf(
        await send<WaitlistAnswer>(practice.asPatient(newId('pat')), 'leaveWaitlist', { waitlistEntryId: joined.waitlistEntry?.id }, entry),
      ),
    ).toBe('NOT_FOUND');
  });
});
