import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '#chassis/testing/eventually.ts';
import { attempt, findSlots, openHospital, registerPatient, registerPatients } from './hospital.ts';
import { readBack, tellStory } from './story.ts';
import { newKey, forms, startTestGraph, type TestGraph } from './test-system.ts';

const selection = 'appointment { id } nextFreeSlots { startsAt }';
interface Booking {
  appointment: { id: string } | null;
  nextFreeSlots: { startsAt: string }[];
}

// One system of each form for all of it: starting one takes longer than most of what is done with it.
describe.each(forms)('as %s', (form) => {
  let graph: TestGraph;
  beforeAll(async () => {
    graph = await startTestGraph(form, { seed: false });
  });
  afterAll(async () => {
    await graph[Symbol.asyncDispose]();
  });

  test('register, record an allergy, book, wait, admit, draft, override, sign, finish, charge, issue, pay twice; then the patient reads it all back', async () => {
    const told = await tellStory(graph);
    const patient = await graph.as('patient', told.patientId);
    const { me } = await eventually(
      () => patient.request<{ me: { patient: { appointments: { edges: { node: { status: string } }[] } } } }>(readBack),
      (answer) => answer.me.patient.appointments.edges[0]?.node.status === 'FULFILLED',
    );
    const { patientId, visitId, appointmentId, prescriptionId, invoiceId, hospital } = told;
    expect(me.patient).toMatchObject({
      id: patientId,
      allergies: { edges: [{ node: { substanceCode: 'class:penicillins', criticality: 'HIGH' } }] },
      appointments: {
        edges: [
          {
            node: {
              id: appointmentId,
              status: 'FULFILLED',
              patient: { id: patientId },
              practitioner: { id: hospital.practitionerId },
              visit: {
                id: visitId,
                status: 'FINISHED',
                appointment: { id: appointmentId },
                charges: [{ status: 'BILLED', amount: { amountMinor: 12_000, currency: 'USD' } }],
                prescriptions: {
                  edges: [
                    {
                      node: {
                        id: prescriptionId,
                        status: 'ACTIVE',
                        patient: { id: patientId },
                        practitioner: { id: hospital.practitionerId },
                        visit: { id: visitId },
                      },
                    },
                  ],
                },
              },
            },
          },
        ],
      },
      visits: { edges: [{ node: { id: visitId, status: 'FINISHED' } }] },
      prescriptions: { edges: [{ node: { id: prescriptionId, status: 'ACTIVE' } }] },
      invoices: {
        edges: [
          {
            node: {
              id: invoiceId,
              status: 'BALANCED',
              patient: { id: patientId },
              payments: [{ status: 'SUCCEEDED' }, { status: 'SUCCEEDED' }],
            },
          },
        ],
      },
    });

    // Another patient sees none of it, by any way in.
    const stranger = await graph.as('patient', 'pat_01kdvdna00e00800000000000z');
    const answer = await stranger.request(
      `query ($patient: ID!, $appointment: ID!, $visit: ID!, $prescription: ID!, $invoice: ID!) {
      patient(id: $patient) { id } appointment(id: $appointment) { id } visit(id: $visit) { id } prescription(id: $prescription) { id } invoice(id: $invoice) { id }
    }`,
      { patient: patientId, appointment: appointmentId, visit: visitId, prescription: prescriptionId, invoice: invoiceId },
    );
    expect(answer).toEqual({ patient: null, appointment: null, visit: null, prescription: null, invoice: null });
  });

  test('of 200 people who book one slot at once one gets it and 199 are told SLOT_TAKEN with the next free times', async () => {
    const hospital = await openHospital(graph);
    const people = await registerPatients(graph, 40);
    const clients = await Promise.all(people.map((id) => graph.as('patient', id)));
    const [slot] = await findSlots(await graph.as('frontdesk'), hospital);
    const startedAt = performance.now();
    const bookings = await Promise.all(
      Array.from({ length: 200 }, (_, index) => {
        const person = index % people.length;
        const client = clients[person];
        if (!client) throw new Error('no client');
        return attempt<Booking>(client, 'bookAppointment', selection, {
          patientId: people[person],
          practitionerId: hospital.practitionerId,
          healthcareServiceId: hospital.healthcareServiceId,
          startsAt: slot?.startsAt,
        });
      }),
    );
    console.log(`${form}: 200 bookings of one slot were answered in ${Math.round(performance.now() - startedAt)} ms`);
    const won = bookings.filter(({ appointment }) => appointment !== null);
    const lost = bookings.filter(({ appointment }) => appointment === null);
    expect(won).toHaveLength(1);
    expect(lost.map(({ userErrors }) => userErrors.map(({ code }) => code))).toEqual(Array.from({ length: 199 }, () => ['SLOT_TAKEN']));
    for (const { nextFreeSlots } of lost) {
      expect(nextFreeSlots.length).toBeGreaterThan(0);
      expect(nextFreeSlots.map(({ startsAt }) => startsAt)).not.toContain(slot?.startsAt);
    }
  });

  test('one booking sent 50 times at once with one key is one appointment, and everyone gets the same answer', async () => {
    const hospital = await openHospital(graph);
    const patientId = await registerPatient(graph);
    const client = await graph.as('patient', patientId);
    const [slot] = await findSlots(client, hospital);
    const input = {
      idempotencyKey: newKey(),
      patientId,
      practitionerId: hospital.practitionerId,
      healthcareServiceId: hospital.healthcareServiceId,
      startsAt: slot?.startsAt,
    };
    const send = () => attempt<Booking>(client, 'bookAppointment', 'appointment { id status startsAt }', input);
    const answers = await Promise.all(Array.from({ length: 50 }, send));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]?.appointment).not.toBeNull();

    await graph.restart('appointment');
    const again = await waitFor(send);
    expect(again).toEqual(answers[0]);

    const other = await attempt<Booking>(client, 'bookAppointment', selection, { ...input, reason: 'another input' });
    expect(other.userErrors).toMatchObject([{ code: 'IDEMPOTENCY_KEY_REUSED', path: ['idempotencyKey'] }]);
  });
});

/** A restarted service refuses connections for a moment: the client of an idempotent mutation repeats it. */
async function waitFor<T>(send: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    try {
      return await send();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
