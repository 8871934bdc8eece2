import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#chassis/ids.ts';
import type { EventEnvelope } from '#schema/events.ts';
import { accepted, draft, givenCall, startGraph, type Case, type Graph } from './testing/given.ts';

let graph: Graph;
beforeAll(async () => {
  graph = await startGraph();
});
afterAll(() => graph[Symbol.asyncDispose]());

const codes = async (call: Case): Promise<string[]> =>
  accepted(await draft(call.practitioner, { patientId: call.patientId })).detectedIssues.map(({ code }) => code);

describe('an allergy that is heard of', () => {
  test.each([
    ['an active one', {}, true],
    ['an unconfirmed one', { verificationStatus: 'UNCONFIRMED' }, true],
    ['an inactive one', { clinicalStatus: 'INACTIVE' }, false],
    ['a resolved one', { clinicalStatus: 'RESOLVED' }, false],
    ['a refuted one', { verificationStatus: 'REFUTED' }, false],
    ['one entered in error', { clinicalStatus: null, verificationStatus: 'ENTERED_IN_ERROR' }, false],
  ] as const)('counts or not: %s', async (_what, fields, counts) => {
    const call = await givenCall(graph);
    await call.allergy('ingredient:amoxicillin', fields);
    expect(await codes(call)).toEqual(counts ? ['ALLERGY'] : []);
  });

  test('shows at once in open drafts, and leaves them when it is refuted', async () => {
    const call = await givenCall(graph);
    const { id } = accepted(await draft(call.practitioner, { patientId: call.patientId }));
    const issuesOf = async () =>
      (
        await call.patient.execute<{ prescription: { detectedIssues: unknown[] } }>(
          'query ($id: ID!) { prescription(id: $id) { detectedIssues { code } } }',
          { id },
        )
      ).prescription.detectedIssues;
    const allergyId = await call.allergy('ingredient:amoxicillin');
    expect(await issuesOf()).toEqual([{ code: 'ALLERGY' }]);
    await call.allergy('ingredient:amoxicillin', { allergyId, type: 'allergy.updated', verificationStatus: 'REFUTED' });
    expect(await issuesOf()).toEqual([]);
    const { rows } = await graph.subgraph.database.pool.query(
      'select resolved_at is not null as resolved from detected_issue where prescription_id = $1',
      [id],
    );
    expect(rows).toEqual([{ resolved: true }]);
  });

  test('blocks what it cannot be checked against', async () => {
    const call = await givenCall(graph);
    const allergyId = await call.allergy('ingredient:gluten');
    const { detectedIssues } = accepted(await draft(call.practitioner, { patientId: call.patientId }));
    expect(detectedIssues).toMatchObject([{ code: 'ALLERGY', severity: 'HIGH', implicated: [allergyId, 'gluten'] }]);
    const known = await givenCall(graph);
    await known.allergy('class:nsaids');
    await known.allergy('ingredient:codeine');
    expect(await codes(known)).toEqual([]);
  });

  test('is held against many drafts in as many statements as against one', async () => {
    const [few, many] = [await givenCall(graph), await givenCall(graph)];
    const drafts = async (call: Case, count: number) => {
      for (let made = 0; made < count; made++) accepted(await draft(call.practitioner, { patientId: call.patientId }));
    };
    await drafts(few, 1);
    await drafts(many, 9);
    const statements = async (call: Case) => (await graph.statements(() => call.allergy('ingredient:amoxicillin'))).length;
    expect(await statements(many)).toBe(await statements(few));
    const { rows } = await graph.subgraph.database.pool.query(
      'select count(*)::int as n from detected_issue join prescription as p on p.id = prescription_id where p.patient_id = $1',
      [many.patientId],
    );
    expect(rows).toEqual([{ n: 9 }]);
  });

  test('is dated by the clock of the service', async () => {
    const call = await givenCall(graph);
    const { id } = accepted(await draft(call.practitioner, { patientId: call.patientId }));
    const then = new Date(Date.now() + 3_600_000);
    graph.setNow(then);
    try {
      await call.allergy('ingredient:amoxicillin');
    } finally {
      graph.setNow(new Date());
    }
    const { rows } = await graph.subgraph.database.pool.query(
      'select checked_at, detected_at from prescription as p join detected_issue as i on i.prescription_id = p.id where p.id = $1',
      [id],
    );
    expect(rows).toEqual([{ checked_at: then, detected_at: then }]);
  });
});

describe('a visit that began', () => {
  test('lets its practitioner treat the patient even when the appointment is cancelled afterwards', async () => {
    const call = await givenCall(graph);
    const appointment = { appointmentId: call.appointmentId, patientId: call.patientId, practitionerId: call.practitionerId };
    await graph.receive('appointment.cancelled', call.appointmentId, { ...appointment, reasonCode: 'x', late: false, fee: null });
    accepted(await draft(call.practitioner, { patientId: call.patientId }));
    const { rows } = await graph.subgraph.database.pool.query('select source_id from treating_relation where patient_id = $1', [
      call.patientId,
    ]);
    expect(rows).toEqual([{ source_id: call.visitId }]);
  });
});

describe('each event that is heard', () => {
  test('has its effect once, however often it comes', async () => {
    const call = await givenCall(graph);
    const visit = { visitId: newId('vis'), appointmentId: newId('apt'), patientId: call.patientId, practitionerId: call.practitionerId };
    const now = new Date().toISOString();
    const time = { healthcareServiceId: newId('hcs'), serviceCode: 'x', modality: 'VIDEO' as const, startsAt: now, endsAt: now };
    const { visitId, ...appointment } = visit;
    const allergy = {
      allergyId: newId('alg'),
      patientId: call.patientId,
      substanceCode: 'other:latex',
      clinicalStatus: 'ACTIVE' as const,
      verificationStatus: 'CONFIRMED' as const,
      criticality: 'HIGH' as const,
    };
    const grant = { grantId: newId('prx'), patientId: call.patientId, proxyPatientId: newId('pat'), endsOn: null };
    const events: EventEnvelope[] = [
      graph.envelope('appointment.booked', appointment.appointmentId, { ...appointment, ...time }),
      graph.envelope('appointment.rescheduled', appointment.appointmentId, { ...appointment, ...time, previousStartsAt: now }),
      graph.envelope('appointment.noShow', appointment.appointmentId, { ...appointment, fee: null }),
      graph.envelope('visit.planned', visitId, { ...visit, plannedStartAt: now, plannedEndAt: now }),
      graph.envelope('visit.patientArrived', visitId, visit),
      graph.envelope('visit.started', visitId, visit),
      graph.envelope('visit.paused', visitId, visit),
      graph.envelope('visit.resumed', visitId, visit),
      graph.envelope('visit.finished', visitId, { ...visit, serviceCode: 'x', startedAt: now, endedAt: now }),
      graph.envelope('allergy.recorded', allergy.allergyId, allergy),
      graph.envelope('allergy.updated', allergy.allergyId, { ...allergy, clinicalStatus: 'RESOLVED' }),
      graph.envelope('patient.proxyGranted', grant.grantId, grant),
      graph.envelope('patient.proxyRevoked', grant.grantId, grant),
    ];
    for (const event of events) {
      expect(await graph.deliver(event), event.type).toMatchObject({ outcome: 'applied' });
      expect(await graph.deliver(event), event.type).toMatchObject({ outcome: 'duplicate' });
    }
    for (const event of events) expect(await graph.deliver(event), event.type).toMatchObject({ outcome: 'duplicate' });
    const { rows } = await graph.subgraph.database.pool.query('select status from visit_window where visit_id = $1', [visitId]);
    expect(rows).toEqual([{ status: 'FINISHED' }]);
  });
});
