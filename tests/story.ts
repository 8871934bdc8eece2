import { expect } from 'vitest';
import { eventually } from '#chassis/testing/eventually.ts';
import { attempt, findSlots, mutation, openHospital, registerPatient, type Clients, type Hospital } from './hospital.ts';

// The story of the system, through the router and nothing else: from registration to a paid bill, five services at work.

export interface Told {
  patientId: string;
  visitId: string;
  appointmentId: string;
  prescriptionId: string;
  invoiceId: string;
  hospital: Hospital;
}

export async function tellStory(graph: Clients): Promise<Told> {
  const hospital = await openHospital(graph);
  const patientId = await registerPatient(graph);
  const patient = await graph.as('patient', patientId);
  const practitioner = await graph.as('practitioner', hospital.practitionerId);
  const biller = await graph.as('biller');

  await mutation(patient, 'recordAllergy', 'allergy { id }', {
    patientId,
    substanceCode: 'class:penicillins',
    substanceText: 'Penicillins',
    criticality: 'HIGH',
    reactions: [{ manifestation: 'Hives', severity: 'SEVERE' }],
  });

  const [slot] = await findSlots(patient, hospital);
  if (!slot) throw new Error('the practitioner on call has no free time');
  const booked = await mutation<{ appointment: { id: string; status: string } }>(patient, 'bookAppointment', 'appointment { id status }', {
    patientId,
    practitionerId: slot.practitioner.id,
    healthcareServiceId: hospital.healthcareServiceId,
    startsAt: slot.startsAt,
    reason: 'Sore throat',
  });
  const appointmentId = booked.appointment.id;
  expect(booked.appointment.status).toBe('BOOKED');

  const planned = await eventually(
    async () =>
      (
        await patient.request<{ appointment: { visit: { id: string; status: string } | null } }>(
          `query ($id: ID!) { appointment(id: $id) { visit { id status } } }`,
          { id: appointmentId },
        )
      ).appointment.visit,
    (visit) => visit !== null,
  );
  const visitId = (planned as { id: string }).id;
  expect(planned).toMatchObject({ status: 'PLANNED' });

  const waiting = await mutation(patient, 'enterWaitingRoom', 'visit { status }', { visitId });
  expect(waiting).toMatchObject({ visit: { status: 'ARRIVED' } });
  const admitted = await mutation(practitioner, 'admitPatient', 'visit { status patient { name { text } } }', { visitId });
  expect(admitted).toMatchObject({
    visit: { status: 'IN_PROGRESS', patient: { name: { text: expect.stringContaining('Testperson') as string } } },
  });

  const { medications } = await practitioner.request<{ medications: { edges: { node: { id: string; name: string } }[] } }>(
    `{ medications(search: "amoxicillin", first: 5) { edges { node { id name } } } }`,
  );
  const medicationId = medications.edges[0]?.node.id;
  const draft = await eventually(
    () =>
      attempt<{ prescription: { id: string; detectedIssues: { id: string; code: string; severity: string }[] } | null }>(
        practitioner,
        'draftPrescription',
        'prescription { id status detectedIssues { id code severity } }',
        {
          visitId,
          medicationId,
          quantity: 21,
          dosage: { doseAmount: '1', frequencyPerDay: 3, durationDays: 7, instructions: 'With water' },
        },
      ),
    ({ prescription }) => prescription !== null,
  );
  const prescription = draft.prescription as NonNullable<typeof draft.prescription>;
  expect(prescription.detectedIssues).toContainEqual(expect.objectContaining({ code: 'ALLERGY', severity: 'HIGH' }));

  const unsigned = await attempt(practitioner, 'signPrescription', 'prescription { id }', { prescriptionId: prescription.id });
  expect(unsigned.userErrors).toMatchObject([{ code: 'DETECTED_ISSUE_OPEN' }]);
  for (const issue of prescription.detectedIssues.filter(({ severity }) => severity === 'HIGH')) {
    await mutation(practitioner, 'overrideDetectedIssue', 'detectedIssues { mitigation { reason } }', {
      detectedIssueId: issue.id,
      reason: 'Tolerated last year; patient will be observed',
    });
  }
  const signed = await mutation(practitioner, 'signPrescription', 'prescription { status signature { contentHash } }', {
    prescriptionId: prescription.id,
  });
  expect(signed).toMatchObject({
    prescription: { status: 'ACTIVE', signature: { contentHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string } },
  });

  await mutation(practitioner, 'finishVisit', 'visit { status }', { visitId });
  const tooLate = await attempt(practitioner, 'draftPrescription', 'prescription { id }', {
    visitId,
    medicationId,
    quantity: 1,
    dosage: { doseAmount: '1', frequencyPerDay: 1, durationDays: 1 },
  });
  expect(tooLate.userErrors).toMatchObject([{ code: 'NOT_ADMITTED' }]);

  await eventually(
    async () =>
      (
        await biller.request<{ visit: { charges: unknown[] | null } }>(
          `query ($id: ID!) { visit(id: $id) { charges { id status amount { amountMinor } } } }`,
          { id: visitId },
        )
      ).visit.charges ?? [],
    (charges) => charges.length === 1,
  );
  const issued = await mutation<{ invoice: { id: string } }>(
    biller,
    'issueInvoice',
    'invoice { id status number totals { total { amountMinor currency } } lines { code amount { amountMinor } } }',
    { patientId },
  );
  expect(issued).toMatchObject({
    invoice: { status: 'ISSUED', number: expect.any(String) as string, totals: { total: { amountMinor: 12_000, currency: 'USD' } } },
  });
  const invoiceId = issued.invoice.id;

  const pay = (amountMinor: number) =>
    mutation(patient, 'payInvoice', 'payment { status } invoice { status totals { paid { amountMinor } balance { amountMinor } } }', {
      invoiceId,
      amount: { amountMinor, currency: 'USD' },
      paymentMethodToken: 'tok_success',
    });
  expect(await pay(5_000)).toMatchObject({
    payment: { status: 'SUCCEEDED' },
    invoice: { status: 'ISSUED', totals: { balance: { amountMinor: 7_000 } } },
  });
  expect(await pay(7_000)).toMatchObject({
    payment: { status: 'SUCCEEDED' },
    invoice: { status: 'BALANCED', totals: { balance: { amountMinor: 0 } } },
  });
  return { patientId, visitId, appointmentId, prescriptionId: prescription.id, invoiceId, hospital };
}

/** One query of the patient, answered by five services. */
export const readBack = `query MyStory {
  me {
    patient {
      id
      name { text }
      allergies { edges { node { substanceCode criticality } } }
      appointments {
        edges { node { id status patient { id } practitioner { id displayName } visit { id status appointment { id } charges { status amount { amountMinor currency } }
          prescriptions { edges { node { id status medication { name } patient { id } practitioner { id } visit { id } detectedIssues { code severity mitigation { reason } } } } } } } }
      }
      visits { edges { node { id status } } }
      prescriptions { edges { node { id status } } }
      invoices { edges { node { id status number patient { id } lines { code amount { amountMinor } } payments { status amount { amountMinor } } } } }
    }
  }
}`;
