import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#chassis/ids.ts';
import { breakTheGlass, givenConsent, patientServiceIsSilent, revokeConsent, type ConsentFacts } from '#chassis/testing/access-facts.ts';
import type { TestCaller } from '#chassis/testing/test-subgraph.ts';
import {
  ablePharmacy,
  accepted,
  draft,
  freshKey,
  givenCall,
  givenSigned,
  medicationId,
  mutatePrescription,
  pharmacist,
  startGraph,
  type Case,
  type Graph,
} from './testing/given.ts';

// A medication against HIV beside one that tells of nothing, and a colleague who treats the patient.

const colleagueId = newId('prc');
const dolutegravir = {
  medicationId: medicationId('dolutegravir-50mg-tablet'),
  dosage: { doseAmount: '1', frequencyPerDay: 1, durationDays: 90 },
};
const metformin = { medicationId: medicationId('metformin-500mg-tablet') };
let graph: Graph;
let call: Case;
let colleague: TestCaller;
let plain: string;
let hidden: string;
/** Metformin, by the colleague, who was warned of something and signed it all the same. */
let warned: string;

beforeAll(async () => {
  graph = await startGraph();
  call = await givenCall(graph);
  colleague = graph.as({ role: 'PRACTITIONER', practitionerId: colleagueId });
  const now = new Date().toISOString();
  const appointmentId = newId('apt');
  await graph.receive('appointment.booked', appointmentId, {
    appointmentId,
    patientId: call.patientId,
    practitionerId: colleagueId,
    healthcareServiceId: newId('hcs'),
    serviceCode: 'video-consult-20',
    modality: 'VIDEO',
    startsAt: now,
    endsAt: now,
  });
  // Signing needs news of the patient service that is not older than seconds.
  const heard = () => graph.heardFrom('patient', 'visit');
  await heard();
  plain = await givenSigned(call);
  await heard();
  // An issue of its own: the prescriber overrides it.
  await call.allergy('ingredient:dolutegravir');
  hidden = await givenSigned(call, { ...dolutegravir, pharmacyId: ablePharmacy });
  await heard();
  const { id, detectedIssues } = accepted(await draft(colleague, { patientId: call.patientId, ...metformin }));
  await mutatePrescription(colleague, 'overrideDetectedIssue', { detectedIssueId: detectedIssues[0]?.id, reason: 'watched closely' });
  warned = accepted(await mutatePrescription(colleague, 'signPrescription', { prescriptionId: id })).id;
});
afterAll(() => graph[Symbol.asyncDispose]());

const pool = () => graph.subgraph.database.pool;

interface Page {
  prescriptions: { edges: { node: { id: string } }[]; pageInfo: { hasNextPage: boolean } };
}

/** What a caller reaches of the hidden prescription, and which ones the lists have. */
async function reach(as: TestCaller) {
  const page = (first: number) => `prescriptions(first: ${first}) { edges { node { id } } pageInfo { hasNextPage } }`;
  const { rows } = await pool().query<{ id: string }>(`select id from detected_issue where prescription_id = $1`, [hidden]);
  const data = await as.execute<{ prescription: { sensitivities: string[] } | null; _entities: [unknown, Page, Page, Page, ...unknown[]] }>(
    `query ($id: ID!, $r: [_Any!]!) { prescription(id: $id) { sensitivities } _entities(representations: $r) {
      ... on Prescription { id } ... on DetectedIssue { id } ... on Patient { ${page(3)} } ... on Practitioner { ${page(9)} } ... on Visit { ${page(9)} } } }`,
    {
      id: hidden,
      r: [
        { __typename: 'Prescription', id: hidden },
        { __typename: 'Patient', id: call.patientId },
        { __typename: 'Practitioner', id: call.practitionerId },
        { __typename: 'Visit', id: call.visitId },
        ...rows.map(({ id }) => ({ __typename: 'DetectedIssue', id })),
      ],
    },
  );
  const [entity, ofPatient, ofPractitioner] = data._entities;
  return {
    labels: data.prescription?.sensitivities ?? null,
    entity: entity !== null,
    ofPatient: ofPatient.prescriptions.edges.map(({ node }) => node.id),
    more: ofPatient.prescriptions.pageInfo.hasNextPage,
    ofPractitioner: ofPractitioner.prescriptions.edges.map(({ node }) => node.id),
  };
}

const everything = () => ({
  labels: ['HIV'],
  entity: true,
  ofPatient: [warned, hidden, plain],
  more: false,
  ofPractitioner: [hidden, plain],
});
const nothing = () => ({ labels: null, entity: false, ofPatient: [warned, plain], more: false, ofPractitioner: [plain] });

const findings = async (as: TestCaller) =>
  (
    await as.execute<{ prescription: { detectedIssues: Record<string, unknown>[]; signature: { payload: string | null } } }>(
      'query ($id: ID!) { prescription(id: $id) { detectedIssues { code severity detail implicated source } signature { payload } } }',
      { id: warned },
    )
  ).prescription;

describe('a sensitive prescription', () => {
  test('is open to the patient and the prescriber', async () => {
    expect(await reach(call.patient)).toEqual(everything());
    expect(await reach(call.practitioner)).toEqual(everything());
  });

  test('is not there for a colleague who treats the patient: in no list, with no gap', async () => {
    expect(await reach(colleague)).toEqual(nothing());
  });

  test('is filled by the pharmacy that it is routed to, without its labels', async () => {
    const fill = await pharmacist(graph, ablePharmacy).execute<{ prescription: object; pharmacyQueue: { edges: unknown[] } }>(
      'query ($id: ID!) { prescription(id: $id) { sensitivities medication { sensitivities } } pharmacyQueue { edges { node { id } } } }',
      { id: hidden },
    );
    expect(fill).toEqual({
      prescription: { sensitivities: [], medication: { sensitivities: ['HIV'] } },
      pharmacyQueue: { edges: [{ node: { id: hidden } }] },
    });
  });

  test('warns who prescribes something that it interacts with, and says no more than that', async () => {
    const { detectedIssues, signature } = await findings(colleague);
    expect(detectedIssues).toEqual([
      {
        code: 'INTERACTION',
        severity: 'MODERATE',
        detail: 'It interacts with an active medication that you may not see.',
        implicated: [],
        source: 'the active prescriptions of the patient',
      },
    ]);
    // The text under the signature names what was overridden.
    expect(signature.payload).toBeNull();
    const whole = await findings(call.patient);
    expect(whole.detectedIssues).toMatchObject([
      { detail: expect.stringContaining('Dolutegravir 50 mg tablet'), implicated: expect.arrayContaining([hidden]) },
    ]);
    expect(whole.signature.payload).toContain(hidden);
  });

  test('cannot be replaced by who does not see it, like one that is not there', async () => {
    const replace = async (priorPrescriptionId: string) =>
      (await draft(colleague, { patientId: call.patientId, priorPrescriptionId })).userErrors;
    expect(await replace(hidden)).toEqual(await replace(newId('rx')));
    expect(await replace(hidden)).toMatchObject([{ code: 'NOT_FOUND' }]);
  });

  test('appears with a consent for this practitioner and treatment, and is gone with the revocation', async () => {
    const { patientId } = call;
    const others: ConsentFacts[] = [
      { patientId, sensitivities: ['HIV'], practitionerId: newId('prc') },
      { patientId, sensitivities: ['PSYCHIATRIC'] },
      { patientId, sensitivities: ['HIV'], purposes: ['PAYMENT'] },
    ];
    const ids = await Promise.all(others.map((facts) => givenConsent(graph, facts)));
    expect(await reach(colleague)).toEqual(nothing());
    const consent = await givenConsent(graph, { patientId, sensitivities: ['HIV'] });
    expect(await reach(colleague)).toEqual(everything());
    expect(await findings(colleague)).toEqual(await findings(call.patient));
    const denied = await givenConsent(graph, { patientId, sensitivities: ['HIV'], provision: 'DENY' });
    expect(await reach(colleague)).toEqual(nothing());
    await revokeConsent(graph, denied, call.patientId);
    await patientServiceIsSilent(graph);
    expect(await reach(colleague)).toEqual(nothing());
    await graph.heardFrom('patient');
    expect(await reach(colleague)).toEqual(everything());
    for (const id of [...ids, consent]) await revokeConsent(graph, id, call.patientId);
    expect(await reach(colleague)).toEqual(nothing());
  });

  test('is seen by whoever breaks the glass, and neither changed nor added to', async () => {
    const strangerId = newId('prc');
    const stranger = graph.as({ role: 'PRACTITIONER', practitionerId: strangerId });
    await breakTheGlass(graph, call.patientId, strangerId);
    expect(await reach(stranger)).toEqual(everything());
    const stop = await mutatePrescription(stranger, 'stopPrescription', { prescriptionId: hidden, reason: 'an emergency' });
    expect(stop.userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
    expect((await draft(stranger, { patientId: call.patientId })).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });

  test('is also one that is written in a sensitive visit, and one whose draft was changed to a sensitive medication', async () => {
    const other = await givenCall(graph);
    const { visitId, appointmentId, patientId, practitionerId } = other;
    const plannedStartAt = new Date().toISOString();
    const people = { visitId, appointmentId, patientId, practitionerId };
    await graph.receive('visit.planned', visitId, {
      ...people,
      plannedStartAt,
      plannedEndAt: plannedStartAt,
      sensitivities: ['PSYCHIATRIC'],
    });
    await other.visit('visit.started');
    const { id } = accepted(await draft(other.practitioner, { visitId }));
    const labels = async () =>
      (
        await other.patient.execute<{ prescription: { sensitivities: string[] } }>(
          'query ($id: ID!) { prescription(id: $id) { sensitivities } }',
          {
            id,
          },
        )
      ).prescription.sensitivities;
    expect(await labels()).toEqual(['PSYCHIATRIC']);
    accepted(await mutatePrescription(other.practitioner, 'updatePrescriptionDraft', { prescriptionId: id, ...dolutegravir }));
    expect(await labels()).toEqual(['PSYCHIATRIC', 'HIV']);
    await graph.heardFrom('patient', 'visit');
    accepted(await mutatePrescription(other.practitioner, 'signPrescription', { prescriptionId: id }));
    await expect(pool().query(`update prescription set sensitivities = '{}' where id = $1`, [id])).rejects.toThrow(
      /signed and cannot change/,
    );
  });
});

describe('what is not yours answers like what is not there', () => {
  const input = (name: string, field: string, more = '') =>
    [
      name,
      `mutation ($key: String!, $id: ID!) { ${name}(input: { idempotencyKey: $key, ${field}: $id${more} }) { userErrors { code message path retryable } } }`,
      field === 'detectedIssueId' ? 'issue' : 'prescription',
    ] as const;
  const reason = ', reason: "a good one"';
  test.each<readonly [string, string, 'prescription' | 'issue']>([
    ['prescription', 'query ($id: ID!) { prescription(id: $id) { id } }', 'prescription'],
    input('updatePrescriptionDraft', 'prescriptionId', ', quantity: 5'),
    input('overrideDetectedIssue', 'prescriptionId', reason),
    input('overrideDetectedIssue', 'detectedIssueId', reason),
    input('signPrescription', 'prescriptionId'),
    input('routePrescription', 'prescriptionId', `, pharmacyId: "${ablePharmacy}"`),
    input('holdPrescription', 'prescriptionId', reason),
    input('releasePrescription', 'prescriptionId'),
    input('stopPrescription', 'prescriptionId', reason),
    input('cancelPrescription', 'prescriptionId', reason),
    input('recordDispense', 'prescriptionId', ', quantity: 1'),
  ])('%s by %s', async (_name, document, kind) => {
    const { rows } = await pool().query<{ id: string }>('select id from detected_issue where prescription_id = $1', [hidden]);
    const [yours, missing] = kind === 'issue' ? [rows[0]?.id, newId('iss')] : [hidden, newId('rx')];
    for (const who of [colleague, graph.as({ role: 'PHARMACY', organizationId: newId('phm') }), graph.as({ role: 'BILLER' })]) {
      const ask = (id: string | undefined) => who.run(document, { id, ...(document.startsWith('mutation') && { key: freshKey() }) });
      expect(await ask(yours)).toEqual(await ask(missing));
    }
  });
});
