import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#chassis/ids.ts';
import {
  ablePharmacy,
  accepted,
  amoxicillin,
  dosage,
  draft,
  freshKey,
  givenCall,
  givenSigned,
  medicationId,
  mutatePrescription,
  newOnlyPharmacy,
  startGraph,
  type Graph,
} from './testing/given.ts';

let graph: Graph;
beforeAll(async () => {
  graph = await startGraph();
});
afterAll(() => graph[Symbol.asyncDispose]());

/** Gives the practitioner an appointment with the patient. */
async function treats(practitionerId: string, patientId: string): Promise<string> {
  const appointmentId = newId('apt');
  const now = new Date().toISOString();
  await graph.receive('appointment.booked', appointmentId, {
    appointmentId,
    patientId,
    practitionerId,
    healthcareServiceId: newId('hcs'),
    serviceCode: 'video-consult-20',
    modality: 'VIDEO',
    startsAt: now,
    endsAt: now,
  });
  return appointmentId;
}

describe('drafting', () => {
  test('in a visit takes the patient from it and says what the check found', async () => {
    const call = await givenCall(graph);
    const allergyId = await call.allergy('class:penicillins');
    const drafted = accepted(await draft(call.practitioner, { visitId: call.visitId }));
    expect(drafted).toMatchObject({ status: 'DRAFT', history: [{ status: 'DRAFT' }] });
    expect(drafted.detectedIssues).toMatchObject([
      { code: 'ALLERGY', severity: 'HIGH', implicated: [allergyId, 'amoxicillin'], mitigation: null },
    ]);
    const [event] = (await graph.emitted('prescription.drafted')).filter(({ subject }) => subject === drafted.id);
    expect(event?.data).toEqual({
      prescriptionId: drafted.id,
      patientId: call.patientId,
      practitionerId: call.practitionerId,
      visitId: call.visitId,
    });
  });

  test('is done once for one key, also fifty times at once, and refused for another input', async () => {
    const call = await givenCall(graph);
    const input = { patientId: call.patientId, idempotencyKey: freshKey() };
    const answers = await Promise.all(Array.from({ length: 50 }, () => draft(call.practitioner, input)));
    expect(new Set(answers.map((answer) => accepted(answer).id)).size).toBe(1);
    const { rows } = await graph.subgraph.database.pool.query('select id from prescription where patient_id = $1', [call.patientId]);
    expect(rows).toHaveLength(1);
    expect((await draft(call.practitioner, { ...input, quantity: 22 })).userErrors).toMatchObject([{ code: 'IDEMPOTENCY_KEY_REUSED' }]);
  });

  test('needs the practitioner of an open visit', async () => {
    const call = await givenCall(graph);
    const other = await givenCall(graph);
    const notTheirs = (await draft(other.practitioner, { visitId: call.visitId })).userErrors;
    expect(notTheirs).toMatchObject([{ code: 'VISIT_NOT_OPEN_YET', path: ['visitId'], retryable: true }]);
    expect((await draft(call.practitioner, { visitId: newId('vis') })).userErrors).toEqual(notTheirs);
    await treats(other.practitionerId, call.patientId);
    expect((await draft(other.practitioner, { visitId: call.visitId })).userErrors).toMatchObject([
      { code: 'NOT_ADMITTED', path: ['visitId'], retryable: false },
    ]);
    expect((await draft(call.practitioner, { visitId: call.visitId, patientId: other.patientId })).userErrors).toMatchObject([
      { code: 'INVALID_INPUT', path: ['patientId'] },
    ]);
    await call.visit('visit.paused');
    accepted(await draft(call.practitioner, { visitId: call.visitId }));
    await call.visit('visit.resumed');
    await call.finishVisit();
    expect((await draft(call.practitioner, { visitId: call.visitId })).userErrors).toMatchObject([
      { code: 'NOT_ADMITTED', path: ['visitId'] },
    ]);
  });

  test.each([
    ['visit.patientArrived', { code: 'VISIT_NOT_OPEN_YET', retryable: true }],
    ['visit.cancelled', { code: 'NOT_ADMITTED', retryable: false }],
  ] as const)('is refused after %s: %o', async (type, expected) => {
    const call = await givenCall(graph);
    await call.visit(type);
    expect((await draft(call.practitioner, { visitId: call.visitId })).userErrors).toMatchObject([expected]);
  });

  test('before the start of the visit was heard goes through with the same key afterwards', async () => {
    const call = await givenCall(graph);
    await call.visit('visit.patientArrived');
    const input = { visitId: call.visitId, idempotencyKey: freshKey() };
    expect((await draft(call.practitioner, input)).userErrors).toMatchObject([{ code: 'VISIT_NOT_OPEN_YET' }]);
    await call.visit('visit.started');
    expect(accepted(await draft(call.practitioner, input)).status).toBe('DRAFT');
  });

  test('in a visit needs the visit service heard lately, outside of one not', async () => {
    const call = await givenCall(graph);
    await graph.subgraph.database.pool.query(`update inbox_source set heard_at = now() - interval '16 seconds' where source = 'visit'`);
    const input = { visitId: call.visitId, idempotencyKey: freshKey() };
    expect((await draft(call.practitioner, input)).userErrors).toMatchObject([{ code: 'CHECK_UNAVAILABLE', retryable: true }]);
    accepted(await draft(call.practitioner, { patientId: call.patientId }));
    await graph.heardFrom('visit');
    accepted(await draft(call.practitioner, input));
  });

  test('is answered again for its key only as long as the caller may see the patient', async () => {
    const call = await givenCall(graph);
    const { practitionerId } = await givenCall(graph);
    const appointmentId = await treats(practitionerId, call.patientId);
    const id = await givenSigned(call);
    const colleague = graph.as({ role: 'PRACTITIONER', practitionerId });
    const input = { prescriptionId: id, reason: 'as agreed', idempotencyKey: freshKey() };
    expect(accepted(await mutatePrescription(colleague, 'holdPrescription', input)).status).toBe('ON_HOLD');
    await graph.receive('appointment.noShow', appointmentId, { appointmentId, patientId: call.patientId, practitionerId, fee: null });
    expect(await mutatePrescription(colleague, 'holdPrescription', input)).toEqual({ prescription: null, userErrors: [] });
  });

  test('outside of a visit needs a patient whom the practitioner treats', async () => {
    const call = await givenCall(graph);
    const other = await givenCall(graph);
    expect((await draft(call.practitioner, { patientId: other.patientId })).userErrors).toMatchObject([
      { code: 'NOT_FOUND', path: ['patientId'] },
    ]);
    expect((await draft(call.practitioner, {})).userErrors).toMatchObject([{ code: 'INVALID_INPUT', path: ['patientId'] }]);
  });

  test.each(['PATIENT', 'FRONT_DESK', 'BILLER', 'PHARMACY', 'PAYER', 'PRIVACY_OFFICER', 'SYSTEM'] as const)(
    'is not for the role %s',
    async (role) => {
      const call = await givenCall(graph);
      const caller = graph.as({ role, patientId: call.patientId, organizationId: ablePharmacy });
      expect((await draft(caller, { patientId: call.patientId })).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
    },
  );

  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['an unknown medication', { medicationId: 'med_none' }, { code: 'NOT_FOUND', path: ['medicationId'] }],
    ['an unknown pharmacy', { pharmacyId: 'phm_none' }, { code: 'NOT_FOUND', path: ['pharmacyId'] }],
    ['a pharmacy without refills', { refills: 1, pharmacyId: newOnlyPharmacy }, { code: 'PHARMACY_INCAPABLE', path: ['pharmacyId'] }],
    ['an unknown prior prescription', { priorPrescriptionId: 'rx_none' }, { code: 'NOT_FOUND', path: ['priorPrescriptionId'] }],
    ['a unit the medication has not', { dosage: { ...dosage, doseUnit: 'ML' } }, { code: 'INVALID_INPUT', path: ['dosage', 'doseUnit'] }],
    [
      'refills of schedule II',
      { medicationId: medicationId('oxycodone-5mg-tablet'), refills: 1 },
      { code: 'INVALID_INPUT', path: ['refills'] },
    ],
    [
      'six refills of schedule IV',
      { medicationId: medicationId('tramadol-50mg-tablet'), refills: 6 },
      { code: 'INVALID_INPUT', path: ['refills'] },
    ],
  ])('refuses %s', async (_what, change, expected) => {
    const call = await givenCall(graph);
    const { prescription, userErrors } = await draft(call.practitioner, { patientId: call.patientId, ...change });
    expect(prescription).toBeNull();
    expect(userErrors).toMatchObject([expected]);
  });
});

describe('changing a draft', () => {
  test('checks again: what is gone disappears, with its override; what comes back must be decided anew', async () => {
    const call = await givenCall(graph);
    await call.allergy('class:penicillins');
    const { id } = accepted(await draft(call.practitioner, { patientId: call.patientId }));
    accepted(await mutatePrescription(call.practitioner, 'overrideDetectedIssue', { prescriptionId: id, reason: 'tested negative' }));
    const azithromycin = accepted(
      await mutatePrescription(call.practitioner, 'updatePrescriptionDraft', {
        prescriptionId: id,
        medicationId: medicationId('azithromycin-250mg-tablet'),
        dosage,
      }),
    );
    expect(azithromycin.detectedIssues).toEqual([]);
    const back = accepted(
      await mutatePrescription(call.practitioner, 'updatePrescriptionDraft', {
        prescriptionId: id,
        medicationId: amoxicillin.medicationId,
        dosage,
      }),
    );
    expect(back.detectedIssues).toMatchObject([{ code: 'ALLERGY', mitigation: null }]);
  });

  test('keeps the override of an issue that the change does not touch', async () => {
    const call = await givenCall(graph);
    await call.allergy('class:penicillins');
    const { id } = accepted(await draft(call.practitioner, { patientId: call.patientId }));
    await mutatePrescription(call.practitioner, 'overrideDetectedIssue', { prescriptionId: id, reason: 'tested negative' });
    const changed = accepted(
      await mutatePrescription(call.practitioner, 'updatePrescriptionDraft', {
        prescriptionId: id,
        quantity: 30,
        dosage: { ...dosage, doseAmount: '3', frequencyPerDay: 3 },
      }),
    );
    expect(changed.detectedIssues.map(({ code, mitigation }) => [code, mitigation?.reason])).toEqual([
      ['ALLERGY', 'tested negative'],
      ['DOSE', undefined],
    ]);
  });

  test('is for who wrote it', async () => {
    const call = await givenCall(graph);
    const { id } = accepted(await draft(call.practitioner, { patientId: call.patientId }));
    expect(
      (await mutatePrescription(call.patient, 'updatePrescriptionDraft', { prescriptionId: id, quantity: 5 })).userErrors,
    ).toMatchObject([{ code: 'NOT_ALLOWED' }]);
    const other = await givenCall(graph);
    expect(
      (await mutatePrescription(other.practitioner, 'updatePrescriptionDraft', { prescriptionId: id, quantity: 5 })).userErrors,
    ).toMatchObject([{ code: 'NOT_FOUND' }]);
    accepted(await mutatePrescription(call.practitioner, 'cancelPrescription', { prescriptionId: id, reason: 'not needed' }));
    expect(
      (await mutatePrescription(call.practitioner, 'updatePrescriptionDraft', { prescriptionId: id, quantity: 5 })).userErrors,
    ).toMatchObject([{ code: 'ILLEGAL_STATE', currentState: 'CANCELLED' }]);
  });
});

describe('overriding an issue', () => {
  const override = (caller: Parameters<typeof mutatePrescription>[0], input: Record<string, unknown>) =>
    mutatePrescription(caller, 'overrideDetectedIssue', { reason: 'benefit outweighs', ...input });

  test('needs a reason, one target and an issue that is open', async () => {
    const call = await givenCall(graph);
    await call.allergy('class:penicillins');
    const { id, detectedIssues } = accepted(await draft(call.practitioner, { patientId: call.patientId }));
    const detectedIssueId = detectedIssues[0]?.id;
    expect((await override(call.practitioner, { detectedIssueId, reason: ' ' })).userErrors).toMatchObject([
      { code: 'INVALID_INPUT', path: ['reason'] },
    ]);
    expect((await override(call.practitioner, {})).userErrors).toMatchObject([{ code: 'INVALID_INPUT' }]);
    expect((await override(call.practitioner, { detectedIssueId, prescriptionId: id })).userErrors).toMatchObject([
      { code: 'INVALID_INPUT' },
    ]);
    expect((await override(call.patient, { detectedIssueId })).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
    const other = await givenCall(graph);
    const notTheirs = (await override(other.practitioner, { detectedIssueId })).userErrors;
    expect(notTheirs).toMatchObject([{ code: 'NOT_FOUND', path: ['detectedIssueId'] }]);
    expect((await override(other.practitioner, { detectedIssueId: newId('iss') })).userErrors).toEqual(notTheirs);
    const notTheirDraft = (await override(other.practitioner, { prescriptionId: id })).userErrors;
    expect(notTheirDraft).toMatchObject([{ code: 'NOT_FOUND', path: ['prescriptionId'] }]);
    expect((await override(other.practitioner, { prescriptionId: newId('rx') })).userErrors).toEqual(notTheirDraft);
    accepted(await override(call.practitioner, { detectedIssueId }));
    expect((await override(call.practitioner, { detectedIssueId })).userErrors).toMatchObject([{ code: 'CONFLICT' }]);
    expect((await override(call.practitioner, { prescriptionId: id })).userErrors).toMatchObject([{ code: 'CONFLICT' }]);
  });

  test('of a signed prescription is too late', async () => {
    const call = await givenCall(graph);
    const id = await givenSigned(call);
    expect((await override(call.practitioner, { prescriptionId: id })).userErrors).toMatchObject([{ code: 'SIGNED_IMMUTABLE' }]);
  });
});
