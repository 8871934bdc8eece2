import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '#chassis/caller.ts';
import { newId } from '#chassis/ids.ts';
import type { TestCaller } from '#chassis/testing/test-subgraph.ts';
import { at, openPractice, send, type Practice } from './testing/practice.ts';

let practice: Practice;
beforeAll(async () => {
  practice = await openPractice();
});
afterAll(() => practice[Symbol.asyncDispose]());

interface Entities<T> {
  _entities: (T | null)[];
}
const entities = <T>(caller: TestCaller, type: string, ids: string[], fields: string) =>
  caller.execute<Entities<T>>(`query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} { ${fields} } } }`, {
    of: ids.map((id) => ({ __typename: type, id })),
  });

interface List {
  appointments: {
    edges: { cursor: string; node: { id: string; startsAt: string; status: string } }[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
}

describe('who sees an appointment', () => {
  const one = 'query ($id: ID!) { appointment(id: $id) { id reason cancellation { note } } }';
  const sight = async (caller: TestCaller, id: string) => {
    const { appointment } = await caller.execute<{ appointment: { reason: string | null } | null }>(one, { id });
    const reached = await entities<{ reason: string | null }>(caller, 'Appointment', [id], 'reason');
    expect(reached._entities[0]?.reason).toBe(appointment?.reason);
    if (!appointment) return 'nothing';
    return appointment.reason === null ? 'without words' : 'all';
  };

  it('patient, proxy and own practitioner see all', async () => {
    const { appointmentId, asPatient, asPractitioner, patientId } = await practice.booking();
    for (const caller of [asPatient, asPractitioner, await practice.proxyOf(patientId)]) {
      expect(await sight(caller, appointmentId)).toBe('all');
    }
  });

  it.each(['FRONT_DESK', 'BILLER'] satisfies Role[])('%s sees it without the words people wrote', async (role) => {
    const { appointmentId, asPatient } = await practice.booking();
    expect(await sight(practice.as({ role }), appointmentId)).toBe('without words');
    await send(asPatient, 'cancelAppointment', { appointmentId, reasonCode: 'OTHER', note: 'private' });
    const { appointment } = await practice.as({ role }).execute<{ appointment: object }>(one, { id: appointmentId });
    expect(appointment).toMatchObject({ reason: null, cancellation: { note: null } });
  });

  it('the front desk writes down a reason and a note that only the others read', async () => {
    const patientId = await practice.patient();
    const healthcareServiceId = await practice.healthcareService();
    const practitionerId = await practice.practitioner([healthcareServiceId]);
    const input = { patientId, practitionerId, healthcareServiceId, startsAt: at(1, '14:00'), reason: 'A cough' };
    const { appointment } = await send(practice.desk, 'bookAppointment', input, 'appointment { id reason }');
    expect(appointment).toMatchObject({ reason: null });
    const cancel = { appointmentId: appointment?.id, reasonCode: 'OTHER', note: 'Feels better' };
    await send(practice.desk, 'cancelAppointment', cancel);
    expect(await practice.asPatient(patientId).execute(one, { id: appointment?.id })).toMatchObject({
      appointment: { reason: 'A cough', cancellation: { note: 'Feels better' } },
    });
  });

  it('everyone else sees nothing, as if it were not there', async () => {
    const { appointmentId, patientId } = await practice.booking();
    const strangers: TestCaller[] = [
      practice.asPatient(await practice.patient()),
      practice.asPractitioner(newId('prc')),
      practice.as({ role: 'PATIENT' }),
      practice.as({ role: 'PRACTITIONER' }),
      ...(['PHARMACY', 'PAYER', 'PRIVACY_OFFICER'] satisfies Role[]).map((role) => practice.as({ role })),
    ];
    for (const caller of strangers) {
      expect(await sight(caller, appointmentId)).toBe('nothing');
      const reached = await entities<List>(
        caller,
        'Patient',
        [patientId],
        'appointments { edges { cursor node { id } } pageInfo { hasNextPage endCursor } }',
      );
      expect(reached._entities[0]?.appointments).toEqual({ edges: [], pageInfo: { hasNextPage: false, endCursor: null } });
    }
  });
});

describe('a patient’s appointments', () => {
  it('come newest first, page by page, filtered by status', async () => {
    const { patientId, practitionerId, healthcareServiceId, asPatient, appointmentId } = await practice.booking();
    for (const day of [2, 3, 4])
      await send(asPatient, 'bookAppointment', { patientId, practitionerId, healthcareServiceId, startsAt: at(day, '14:00') });
    await send(asPatient, 'cancelAppointment', { appointmentId, reasonCode: 'PAT' });
    const list = async (args: string) => {
      const fields = `appointments(${args}) { edges { cursor node { id startsAt status } } pageInfo { hasNextPage endCursor } }`;
      const { appointments } = (await entities<List>(asPatient, 'Patient', [patientId], fields))._entities[0] as List;
      return { days: appointments.edges.map(({ node }) => node.startsAt.slice(8, 10)), ...appointments.pageInfo };
    };
    const first = await list('first: 3');
    expect(first).toMatchObject({ days: ['05', '04', '03'], hasNextPage: true });
    expect(await list(`first: 3, after: "${first.endCursor}"`)).toMatchObject({ days: ['02'], hasNextPage: false });
    expect((await list('status: [CANCELLED]')).days).toEqual(['02']);
    expect((await list('status: [BOOKED], first: 1')).days).toEqual(['05']);
  });

  it('that a practitioner sees are those with that practitioner', async () => {
    const { patientId, asPractitioner, appointmentId, healthcareServiceId } = await practice.booking();
    const other = await practice.practitioner([healthcareServiceId]);
    await send(practice.desk, 'bookAppointment', { patientId, practitionerId: other, healthcareServiceId, startsAt: at(3, '14:00') });
    const reached = await entities<List>(asPractitioner, 'Patient', [patientId], 'appointments { edges { node { id } } }');
    expect(reached._entities[0]?.appointments.edges.map(({ node }) => node.id)).toEqual([appointmentId]);
  });
});

describe('a practitioner’s day', () => {
  it('comes in order, for the practitioner; a patient finds only own appointments there', async () => {
    const { practitionerId, healthcareServiceId, asPractitioner, asPatient, appointmentId } = await practice.booking();
    for (const time of ['16:00', '13:00'])
      await send(practice.desk, 'bookAppointment', {
        patientId: await practice.patient(),
        practitionerId,
        healthcareServiceId,
        startsAt: at(1, time),
      });
    await send(practice.desk, 'bookAppointment', {
      patientId: await practice.patient(),
      practitionerId,
      healthcareServiceId,
      startsAt: at(2, '13:00'),
    });
    const day =
      'query ($id: ID!, $from: DateTime, $to: DateTime) { practitioner(id: $id) { appointments(from: $from, to: $to) { edges { node { id startsAt } } } } }';
    const variables = { id: practitionerId, from: at(1, '00:00'), to: at(2, '00:00') };
    const own = await asPractitioner.execute<{ practitioner: List }>(day, variables);
    expect(own.practitioner.appointments.edges.map(({ node }) => node.startsAt.slice(11, 16))).toEqual(['13:00', '14:00', '16:00']);
    const patients = await asPatient.execute<{ practitioner: List }>(day, variables);
    expect(patients.practitioner.appointments.edges.map(({ node }) => node.id)).toEqual([appointmentId]);
    const colleague = await practice.asPractitioner(newId('prc')).execute<{ practitioner: List }>(day, variables);
    expect(colleague.practitioner.appointments.edges).toEqual([]);
  });
});

describe('the number of SQL statements', () => {
  const deep = `appointments(first: 5) { edges { node { id modality reason practitioner { displayName timeZone licences { state } healthcareServices { code } }
    healthcareService { code } statusHistory { status } patient { id } fee { amountMinor } } } }
    waitlistEntries { edges { node { id healthcareService { code } practitioner { id } } } }`;

  it('does not grow with patients and appointments', async () => {
    const bookings = [await practice.booking(), await practice.booking(), await practice.booking()];
    for (const { patientId, practitionerId, healthcareServiceId } of bookings) {
      await send(practice.desk, 'bookAppointment', { patientId, practitionerId, healthcareServiceId, startsAt: at(2, '15:00') });
      await send(practice.desk, 'joinWaitlist', { patientId, healthcareServiceId, practitionerId }, 'waitlistEntry { id }');
    }
    const patientIds = bookings.map(({ patientId }) => patientId);
    const count = (ids: string[]) => practice.graph.statements(() => entities(practice.desk, 'Patient', ids, deep));
    const forOne = await count(patientIds.slice(0, 1));
    const forThree = await count(patientIds);
    expect(forThree).toHaveLength(forOne.length);
    expect(forThree.length).toBeLessThanOrEqual(11);
  });

  it('does not grow with practitioners in a search for slots', async () => {
    const healthcareServiceId = await practice.healthcareService();
    const query = `query ($id: ID!, $from: DateTime!, $to: DateTime!) { availableSlots(healthcareServiceId: $id, from: $from, to: $to, first: 100) { startsAt localStart practitioner { displayName } healthcareService { code } } }`;
    const search = () =>
      practice.graph.statements(() => practice.desk.execute(query, { id: healthcareServiceId, from: at(0, '12:00'), to: at(7, '12:00') }));
    await practice.practitioner([healthcareServiceId]);
    const forOne = await search();
    for (let more = 0; more < 4; more++) await practice.practitioner([healthcareServiceId]);
    expect(await search()).toHaveLength(forOne.length);
    expect(forOne.length).toBeLessThanOrEqual(8);
  });
});
