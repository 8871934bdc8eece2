import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '#chassis/testing/eventually.ts';
import { readBack, tellStory } from './story.ts';
import { forms, startTestGraph, type TestGraph } from './test-system.ts';

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
});
