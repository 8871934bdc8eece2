import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#chassis/ids.ts';
import type { CallerSpec, TestCaller } from '#chassis/testing/test-subgraph.ts';
import {
  ablePharmacy,
  accepted,
  draft,
  givenCall,
  givenSigned,
  medicationId,
  mutatePrescription,
  newOnlyPharmacy,
  pharmacist,
  startGraph,
  type Case,
  type Graph,
} from './testing/given.ts';

let graph: Graph;
let call: Case;
let signed: string;
let drafted: string;
beforeAll(async () => {
  graph = await startGraph();
  call = await givenCall(graph);
  await call.allergy('class:penicillins');
  await givenSigned(call, { medicationId: medicationId('ibuprofen-400mg-tablet') });
  signed = await givenSigned(call, { pharmacyId: ablePharmacy });
  drafted = accepted(
    await draft(call.practitioner, { visitId: call.visitId, pharmacyId: ablePharmacy, medicationId: medicationId('warfarin-5mg-tablet') }),
  ).id;
});
afterAll(() => graph[Symbol.asyncDispose]());

const document = `query ($id: ID!, $representations: [_Any!]!) {
  prescription(id: $id) { id }
  _entities(representations: $representations) {
    ... on Prescription { id }
    ... on DetectedIssue { id }
    ... on Patient { prescriptions { edges { node { id } } } }
    ... on Visit { prescriptions { edges { node { id } } } }
    ... on Practitioner { prescriptions { edges { node { id } } } }
  }
}`;

/** Everything a caller can reach of one prescription: directly, as an entity, and in every list. */
async function reach(spec: CallerSpec, id: string): Promise<boolean[]> {
  const { rows } = await graph.subgraph.database.pool.query<{ id: string }>(
    `select id from detected_issue where prescription_id = $1 and code = 'ALLERGY'`,
    [id],
  );
  const representations = [
    { __typename: 'Prescription', id },
    ...rows.slice(0, 1).map((issue) => ({ __typename: 'DetectedIssue', id: issue.id })),
    { __typename: 'Patient', id: call.patientId },
    { __typename: 'Visit', id: call.visitId },
    { __typename: 'Practitioner', id: call.practitionerId },
  ];
  const data = await graph
    .as(spec)
    .execute<{ prescription: unknown; _entities: ({ id?: string; prescriptions?: { edges: { node: { id: string } }[] } } | null)[] }>(
      document,
      { id, representations },
    );
  const listed = data._entities.flatMap((entity) =>
    entity?.prescriptions ? [entity.prescriptions.edges.some(({ node }) => node.id === id)] : [],
  );
  return [
    data.prescription !== null,
    ...data._entities.filter((entity) => !entity?.prescriptions).map((entity) => entity !== null),
    ...listed,
  ];
}

const patientId = newId('pat');
const practitionerId = newId('prc');

describe('who may see a signed prescription', () => {
  // directly, as an entity, its allergy issue as an entity, of its patient, of its visit (it has none), of its practitioner
  const all = [true, true, true, true, false, true];
  const none = [false, false, false, false, false, false];
  test.each<[string, () => CallerSpec, boolean[]]>([
    ['its patient', () => ({ role: 'PATIENT', patientId: call.patientId }), all],
    ['its prescriber', () => ({ role: 'PRACTITIONER', practitionerId: call.practitionerId }), all],
    ['its pharmacy', () => ({ role: 'PHARMACY', organizationId: ablePharmacy }), all],
    ['another patient', () => ({ role: 'PATIENT', patientId }), none],
    ['a patient without a chart', () => ({ role: 'PATIENT' }), none],
    ['a stranger', () => ({ role: 'PRACTITIONER', practitionerId }), none],
    ['another pharmacy', () => ({ role: 'PHARMACY', organizationId: newOnlyPharmacy }), none],
    ['a pharmacy without an id', () => ({ role: 'PHARMACY' }), none],
    ['the front desk', () => ({ role: 'FRONT_DESK' }), none],
    ['a biller', () => ({ role: 'BILLER' }), none],
    ['a payer', () => ({ role: 'PAYER', organizationId: ablePharmacy }), none],
    ['the privacy officer', () => ({ role: 'PRIVACY_OFFICER' }), none],
    ['the system', () => ({ role: 'SYSTEM' }), none],
  ])('%s', async (_who, spec, expected) => {
    expect(await reach(spec(), signed)).toEqual(expected);
  });

  test('a proxy only until the day on which the grant ends', async () => {
    const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    for (const [endsOn, expected] of [
      [day(2), all],
      [day(-1), none],
    ] as const) {
      const proxyPatientId = newId('pat');
      const grantId = newId('prx');
      await graph.receive('patient.proxyGranted', grantId, { grantId, patientId: call.patientId, proxyPatientId, endsOn });
      expect(await reach({ role: 'PATIENT', patientId: proxyPatientId }, signed), endsOn).toEqual(expected);
    }
  });

  test('a proxy, as long as they are one', async () => {
    const proxyPatientId = newId('pat');
    const grant = { grantId: newId('prx'), patientId: call.patientId, proxyPatientId, endsOn: null };
    const proxy: CallerSpec = { role: 'PATIENT', patientId: proxyPatientId };
    await graph.receive('patient.proxyGranted', call.patientId, grant);
    expect(await reach(proxy, signed)).toEqual(all);
    await graph.receive('patient.proxyRevoked', call.patientId, grant);
    expect(await reach(proxy, signed)).toEqual(none);
  });

  test('a colleague with an appointment, until it is cancelled', async () => {
    const appointment = { appointmentId: newId('apt'), patientId: call.patientId, practitionerId };
    const now = new Date().toISOString();
    const colleague: CallerSpec = { role: 'PRACTITIONER', practitionerId };
    await graph.receive('appointment.booked', appointment.appointmentId, {
      ...appointment,
      healthcareServiceId: newId('hcs'),
      serviceCode: 'x',
      modality: 'VIDEO',
      startsAt: now,
      endsAt: now,
    });
    expect(await reach(colleague, signed)).toEqual(all);
    expect((await mutatePrescription(graph.as(colleague), 'signPrescription', { prescriptionId: drafted })).userErrors).toMatchObject([
      { code: 'NOT_ALLOWED' },
    ]);
    await graph.receive('appointment.cancelled', appointment.appointmentId, { ...appointment, reasonCode: 'x', late: false, fee: null });
    expect(await reach(colleague, signed)).toEqual(none);
  });
});

describe('a draft', () => {
  test('is seen by the two in the call, not by the pharmacy it is meant for', async () => {
    expect(await reach({ role: 'PATIENT', patientId: call.patientId }, drafted)).toEqual([true, true, true, true, true]);
    expect(await reach({ role: 'PRACTITIONER', practitionerId: call.practitionerId }, drafted)).toEqual([true, true, true, true, true]);
    expect(await reach({ role: 'PHARMACY', organizationId: ablePharmacy }, drafted)).toEqual([false, false, false, false, false]);
  });
});

describe('a pharmacy', () => {
  const issues = 'query ($id: ID!) { prescription(id: $id) { visit { id } detectedIssues { code } } }';

  test('sees what to fill in its queue and its list, and nobody else does', async () => {
    const lists = `query ($p: [_Any!]!) { pharmacyQueue { edges { node { id } } } _entities(representations: $p) { ... on Pharmacy { prescriptions { edges { node { id } } } } } }`;
    const p = [{ __typename: 'Pharmacy', id: ablePharmacy }];
    const edges = [{ node: { id: signed } }];
    expect(await pharmacist(graph, ablePharmacy).execute(lists, { p })).toEqual({
      pharmacyQueue: { edges },
      _entities: [{ prescriptions: { edges } }],
    });
    for (const caller of [call.patient, call.practitioner, pharmacist(graph, newOnlyPharmacy)]) {
      expect(await caller.execute(lists, { p })).toEqual({ pharmacyQueue: { edges: [] }, _entities: [{ prescriptions: { edges: [] } }] });
    }
  });

  test('learns of allergies, not of what else the patient takes', async () => {
    await mutatePrescription(call.practitioner, 'routePrescription', { prescriptionId: drafted, pharmacyId: ablePharmacy });
    const warfarin = await givenSigned(call, { medicationId: medicationId('warfarin-5mg-tablet'), pharmacyId: ablePharmacy });
    expect(await call.practitioner.execute(issues, { id: warfarin })).toMatchObject({
      prescription: { detectedIssues: [{ code: 'INTERACTION' }] },
    });
    expect(await pharmacist(graph, ablePharmacy).execute(issues, { id: warfarin })).toEqual({
      prescription: { visit: null, detectedIssues: [] },
    });
    expect(await pharmacist(graph, ablePharmacy).execute(issues, { id: signed })).toEqual({
      prescription: { visit: null, detectedIssues: [{ code: 'ALLERGY' }] },
    });
  });

  test('sees the signature without the signed text, which names the visit and other medications', async () => {
    const inVisit = accepted(
      await draft(call.practitioner, {
        visitId: call.visitId,
        pharmacyId: ablePharmacy,
        medicationId: medicationId('metformin-500mg-tablet'),
      }),
    ).id;
    accepted(await mutatePrescription(call.practitioner, 'signPrescription', { prescriptionId: inVisit }));
    const signature = 'query ($id: ID!) { prescription(id: $id) { signature { payload contentHash algorithm keyId publicKey value } } }';
    interface Signed {
      prescription: { signature: Record<string, string | null> };
    }
    const read = async (caller: TestCaller) => (await caller.execute<Signed>(signature, { id: inVisit })).prescription.signature;
    const whole = await read(call.patient);
    expect(whole.payload).toContain(call.visitId);
    expect(await read(call.practitioner)).toEqual(whole);
    expect(await read(pharmacist(graph, ablePharmacy))).toEqual({ ...whole, payload: null });
  });
});
