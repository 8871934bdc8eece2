import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#chassis/ids.ts';
import { verifySignature } from './signing.ts';
import {
  accepted,
  amoxicillin,
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

const sign = (caller: Parameters<typeof mutatePrescription>[0], prescriptionId: string, idempotencyKey = freshKey()) =>
  mutatePrescription(caller, 'signPrescription', { prescriptionId, idempotencyKey });

describe('signing', () => {
  test('fixes the content with a signature that anyone can verify, and the history says so', async () => {
    const call = await givenCall(graph);
    const { id } = accepted(await draft(call.practitioner, { visitId: call.visitId, note: 'child-proof caps' }));
    const signed = accepted(await sign(call.practitioner, id));
    expect(signed.status).toBe('ACTIVE');
    expect(signed.history.map(({ status }) => status)).toEqual(['DRAFT', 'ACTIVE']);

    const { prescription } = await call.patient.execute<{
      prescription: { validUntil: string; signature: Record<string, string> & { signedBy: { id: string } } };
    }>(
      `query ($id: ID!) { prescription(id: $id) { validUntil signature { signedAt signedBy { id } contentHash payload algorithm keyId publicKey value } } }`,
      { id },
    );
    const { payload = '', value = '', publicKey = '', signedBy, contentHash } = prescription.signature;
    expect(verifySignature(payload, value, publicKey)).toBe(true);
    expect(verifySignature(payload.replace('"quantity":21', '"quantity":210'), value, publicKey)).toBe(false);
    expect(signedBy).toEqual({ id: call.practitionerId });
    expect(JSON.parse(payload)).toMatchObject({
      id,
      patientId: call.patientId,
      visitId: call.visitId,
      quantity: 21,
      note: 'child-proof caps',
    });
    const [event] = (await graph.emitted('prescription.signed')).filter(({ subject }) => subject === id);
    expect(event?.data).toMatchObject({ prescriptionId: id, contentHash, visitId: call.visitId });
  });

  test('is done once, however often and at once it is asked for', async () => {
    const call = await givenCall(graph);
    const { id } = accepted(await draft(call.practitioner, { patientId: call.patientId }));
    const key = freshKey();
    const same = await Promise.all(Array.from({ length: 20 }, () => sign(call.practitioner, id, key)));
    expect(same.every(({ prescription }) => prescription?.status === 'ACTIVE')).toBe(true);
    const other = await sign(call.practitioner, id);
    expect(other.userErrors).toMatchObject([{ code: 'ILLEGAL_STATE', currentState: 'ACTIVE' }]);
    expect((await graph.emitted('prescription.signed')).filter(({ subject }) => subject === id)).toHaveLength(1);
  });

  test('is refused while an issue of high severity is open, and goes through once it is overridden', async () => {
    const call = await givenCall(graph);
    await call.allergy('class:penicillins');
    const drafted = accepted(await draft(call.practitioner, { visitId: call.visitId }));
    const [issue] = drafted.detectedIssues;
    expect(issue).toMatchObject({ code: 'ALLERGY', severity: 'HIGH', mitigation: null });
    const refused = await sign(call.practitioner, drafted.id);
    expect(refused.userErrors).toMatchObject([{ code: 'DETECTED_ISSUE_OPEN', retryable: false }]);
    expect(refused.prescription?.status).toBe('DRAFT');

    const overridden = accepted(
      await mutatePrescription(call.practitioner, 'overrideDetectedIssue', { detectedIssueId: issue?.id, reason: 'tolerated twice since' }),
    );
    expect(overridden.detectedIssues[0]?.mitigation).toEqual({ reason: 'tolerated twice since' });
    expect(accepted(await sign(call.practitioner, drafted.id)).status).toBe('ACTIVE');
  });

  test('finds what became known after the draft, shows it, and needs an override for it', async () => {
    const call = await givenCall(graph);
    const { id, detectedIssues } = accepted(await draft(call.practitioner, { patientId: call.patientId }));
    expect(detectedIssues).toEqual([]);
    await givenSigned(call, {
      medicationId: medicationId('warfarin-5mg-tablet'),
      quantity: 7,
      dosage: { doseAmount: '1', frequencyPerDay: 1, durationDays: 7 },
    });
    const ibuprofen = accepted(
      await draft(call.practitioner, { patientId: call.patientId, medicationId: medicationId('ibuprofen-400mg-tablet') }),
    );
    expect(ibuprofen.detectedIssues).toMatchObject([{ code: 'INTERACTION', severity: 'HIGH' }]);

    await call.allergy('ingredient:amoxicillin');
    const refused = await sign(call.practitioner, id);
    expect(refused.userErrors[0]?.message).toContain('severity: 1 (ALLERGY).');
    expect(refused.userErrors[0]?.message).not.toContain('amoxicillin');
    const { rows } = await graph.subgraph.database.pool.query(
      `select outcome::text from idempotency_key where outcome::text like '%allergic%'`,
    );
    expect(rows).toEqual([]);
    expect(refused.prescription?.detectedIssues).toMatchObject([{ code: 'ALLERGY', severity: 'HIGH' }]);
  });

  test('stores an interaction that only the check at signing could see', async () => {
    const call = await givenCall(graph);
    const ibuprofen = accepted(
      await draft(call.practitioner, { patientId: call.patientId, medicationId: medicationId('ibuprofen-400mg-tablet') }),
    );
    const warfarin = await givenSigned(call, { medicationId: medicationId('warfarin-5mg-tablet') });
    const refused = await sign(call.practitioner, ibuprofen.id);
    expect(refused.userErrors).toMatchObject([{ code: 'DETECTED_ISSUE_OPEN' }]);
    expect(refused.prescription?.detectedIssues).toMatchObject([
      { code: 'INTERACTION', severity: 'HIGH', source: 'FDA label: warfarin, section 7' },
    ]);
    expect(refused.prescription?.detectedIssues[0]?.implicated).toContain(warfarin);
  });

  test('of two drafts that do not go together at most one gets through at once', async () => {
    const call = await givenCall(graph);
    const ids = await Promise.all(
      ['ibuprofen-400mg-tablet', 'warfarin-5mg-tablet'].map(
        async (code) => accepted(await draft(call.practitioner, { patientId: call.patientId, medicationId: medicationId(code) })).id,
      ),
    );
    const answers = await Promise.all(ids.map((id) => sign(call.practitioner, id)));
    expect(answers.flatMap(({ userErrors }) => userErrors.map(({ code }) => code))).toEqual(['DETECTED_ISSUE_OPEN']);
  });

  test('into a visit counts while the line is lost, and is over when the visit is finished', async () => {
    const call = await givenCall(graph);
    const [first, second] = await Promise.all([
      draft(call.practitioner, { visitId: call.visitId }),
      draft(call.practitioner, { visitId: call.visitId }),
    ]);
    await call.visit('visit.paused');
    const signed = accepted(await sign(call.practitioner, accepted(first).id));
    expect(signed.status).toBe('ACTIVE');
    await call.finishVisit();
    const refused = await sign(call.practitioner, accepted(second).id);
    expect(refused.userErrors).toMatchObject([{ code: 'NOT_ADMITTED', retryable: false }]);
    const { prescription } = await call.patient.execute<{ prescription: unknown }>(
      'query ($id: ID!) { prescription(id: $id) { status visit { id } } }',
      { id: accepted(second).id },
    );
    expect(prescription).toEqual({ status: 'DRAFT', visit: { id: call.visitId } });
  });

  test.each(['patient', 'visit'] as const)('is refused for now when the %s service was not heard from lately', async (source) => {
    const call = await givenCall(graph);
    const { id } = accepted(await draft(call.practitioner, { visitId: call.visitId }));
    const key = freshKey();
    await graph.subgraph.database.pool.query(`update inbox_source set heard_at = now() - interval '16 seconds' where source = $1`, [
      source,
    ]);
    const refused = await sign(call.practitioner, id, key);
    expect(refused.userErrors).toMatchObject([{ code: 'CHECK_UNAVAILABLE', retryable: true }]);
    await graph.heardFrom('patient', 'visit');
    expect(accepted(await sign(call.practitioner, id, key)).status).toBe('ACTIVE');
  });

  test('into a visit that a colleague took over is refused', async () => {
    const call = await givenCall(graph);
    const { id } = accepted(await draft(call.practitioner, { visitId: call.visitId }));
    const { visitId, appointmentId, patientId } = call;
    await graph.receive('visit.resumed', visitId, { visitId, appointmentId, patientId, practitionerId: newId('prc') });
    expect((await sign(call.practitioner, id)).userErrors).toMatchObject([{ code: 'NOT_ADMITTED', path: ['prescriptionId'] }]);
  });

  test('is refused for now as long as the patient service was not heard since this process started', async () => {
    await using fresh = await startGraph();
    const call = await givenCall(fresh);
    const { id } = accepted(await draft(call.practitioner, { patientId: call.patientId }));
    const { startedAt } = fresh.subgraph.context({ caller: call.practitioner.caller, requestId: 'test' });
    await fresh.subgraph.database.pool.query('update inbox_source set heard_at = $1', [new Date(startedAt.getTime() - 1)]);
    expect((await sign(call.practitioner, id)).userErrors).toMatchObject([{ code: 'CHECK_UNAVAILABLE', retryable: true }]);
    await fresh.heardFrom('patient');
    expect(accepted(await sign(call.practitioner, id)).status).toBe('ACTIVE');
  });

  test('of a controlled substance needs a second factor', async () => {
    const call = await givenCall(graph);
    const { id } = accepted(
      await draft(call.practitioner, { patientId: call.patientId, medicationId: medicationId('tramadol-50mg-tablet') }),
    );
    expect((await sign(call.practitioner, id)).userErrors).toMatchObject([{ code: 'SECOND_FACTOR_REQUIRED' }]);
  });

  test('is for the prescriber alone', async () => {
    const call = await givenCall(graph);
    const { id } = accepted(await draft(call.practitioner, { patientId: call.patientId }));
    expect((await sign(call.patient, id)).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
    const stranger = await givenCall(graph);
    expect((await sign(stranger.practitioner, id)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });

  test('of a replacement stops what it replaces, and happens once', async () => {
    const call = await givenCall(graph);
    const prior = await givenSigned(call);
    const [one, two] = await Promise.all(
      [1, 2].map(async () =>
        accepted(await draft(call.practitioner, { patientId: call.patientId, priorPrescriptionId: prior, quantity: 30 })),
      ),
    );
    expect(one?.detectedIssues).toEqual([]);
    expect(
      (await draft(call.practitioner, { patientId: call.patientId, priorPrescriptionId: prior, pharmacyId: newOnlyPharmacy })).userErrors,
    ).toMatchObject([{ code: 'PHARMACY_INCAPABLE' }]);
    const answers = await Promise.all([one, two].map((replacement) => sign(call.practitioner, replacement?.id ?? '')));
    expect(answers.flatMap(({ userErrors }) => userErrors.map(({ code }) => code))).toEqual(['CONFLICT']);
    const { prescription } = await call.patient.execute<{ prescription: { status: string; statusReason: string } }>(
      'query ($id: ID!) { prescription(id: $id) { status statusReason } }',
      { id: prior },
    );
    expect(prescription.status).toBe('STOPPED');
    expect(prescription.statusReason).toMatch(/^Replaced by rx_/);
    expect((await graph.emitted('prescription.stopped')).filter(({ subject }) => subject === prior)).toHaveLength(1);
  });

  test('leaves nothing that code or SQL could change or delete', async () => {
    const call = await givenCall(graph);
    const id = await givenSigned(call);
    const { pool } = graph.subgraph.database;
    for (const change of [
      `quantity = 90`,
      `patient_id = 'pat_x'`,
      `signature = 'x'`,
      `note = 'more'`,
      `signed_at = now()`,
      `refills = 3`,
    ]) {
      await expect(pool.query(`update prescription set ${change} where id = $1`, [id]), change).rejects.toThrow(
        'is signed and cannot change',
      );
    }
    await expect(pool.query('delete from prescription where id = $1', [id])).rejects.toThrow('kept for good');
    await expect(pool.query('delete from prescription_status_change where prescription_id = $1', [id])).rejects.toThrow('kept for good');
    await expect(pool.query(`update prescription_status_change set status = 'DRAFT' where prescription_id = $1`, [id])).rejects.toThrow(
      'never changed',
    );
    const update = await mutatePrescription(call.practitioner, 'updatePrescriptionDraft', {
      prescriptionId: id,
      quantity: amoxicillin.quantity + 1,
    });
    expect(update.userErrors).toMatchObject([{ code: 'SIGNED_IMMUTABLE' }]);
  });
});
