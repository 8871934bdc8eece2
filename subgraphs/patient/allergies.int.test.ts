import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  biller,
  frontDesk,
  newKey,
  openPatientGraph,
  outsiders,
  patientCaller,
  penicillin,
  practitionerCaller,
  system,
  today,
  type OpenPatientGraph,
} from './testing/people.ts';

let graph: OpenPatientGraph;
let patientId: string;
beforeAll(async () => {
  graph = await openPatientGraph();
});
beforeEach(async () => {
  graph.setNow(today);
  patientId = await graph.register();
});
afterAll(() => graph[Symbol.asyncDispose]());

const fields = `allergy { id patient { id } substanceCode substanceText type category criticality clinicalStatus verificationStatus
  reactions { manifestation severity } onsetDate note recordedBy recordedByPractitioner { id } recordedAt updatedAt }`;

describe('recordAllergy', () => {
  it('keeps what the patient tells, unconfirmed', async () => {
    const input = {
      patientId,
      ...penicillin,
      criticality: 'HIGH',
      reactions: [{ manifestation: ' Hives ', severity: 'SEVERE' }, { manifestation: 'Nausea' }],
      onsetDate: '2001-01-31',
      note: 'As a child.\nTwice.',
    };
    const { thing } = await graph.mutate(patientCaller(patientId), 'recordAllergy', input, fields);
    expect(thing).toEqual({
      id: expect.stringMatching(/^alg_/),
      patient: { id: patientId },
      substanceCode: 'class:penicillins',
      substanceText: 'Penicillins',
      type: 'ALLERGY',
      category: 'MEDICATION',
      criticality: 'HIGH',
      clinicalStatus: 'ACTIVE',
      verificationStatus: 'UNCONFIRMED',
      reactions: [
        { manifestation: 'Hives', severity: 'SEVERE' },
        { manifestation: 'Nausea', severity: null },
      ],
      onsetDate: '2001-01-31',
      note: 'As a child.\nTwice.',
      recordedBy: 'PATIENT',
      recordedByPractitioner: null,
      recordedAt: '2026-11-23T12:00:00.000Z',
      updatedAt: '2026-11-23T12:00:00.000Z',
    });
    expect((await graph.emitted('allergy.recorded')).at(-1)).toEqual({
      type: 'allergy.recorded',
      subject: thing?.id,
      data: {
        allergyId: thing?.id,
        patientId,
        substanceCode: 'class:penicillins',
        clinicalStatus: 'ACTIVE',
        verificationStatus: 'UNCONFIRMED',
        criticality: 'HIGH',
      },
    });
  });

  it('names the practitioner who records, and takes their word', async () => {
    const practitioner = await graph.treat(patientId);
    const input = { patientId, substanceCode: 'other:latex', substanceText: 'Latex', verificationStatus: 'CONFIRMED' };
    const { thing } = await graph.mutate(practitioner, 'recordAllergy', input, fields);
    expect(thing).toMatchObject({
      category: 'OTHER',
      verificationStatus: 'CONFIRMED',
      recordedBy: 'PRACTITIONER',
      recordedByPractitioner: { id: practitioner.practitionerId },
    });
  });

  it('may be done by a proxy', async () => {
    const child = await graph.register({ birthDate: '2020-02-02' });
    await graph.grantProxy(frontDesk, { patientId: child, proxyPatientId: patientId });
    const { thing } = await graph.mutate(patientCaller(patientId), 'recordAllergy', { patientId: child, ...penicillin }, fields);
    expect(thing).toMatchObject({ recordedBy: 'PROXY', verificationStatus: 'UNCONFIRMED', patient: { id: child } });
  });

  it('is not allowed for those who see demographics only, and the patient is not there for all others', async () => {
    for (const caller of [frontDesk, biller, system])
      expect(await graph.refused(caller, 'recordAllergy', { patientId, ...penicillin })).toEqual(['NOT_ALLOWED']);
    const stranger = patientCaller(await graph.register());
    for (const caller of [stranger, practitionerCaller('prc_01k00000000000000000000000'), ...outsiders]) {
      expect(await graph.refused(caller, 'recordAllergy', { patientId, ...penicillin })).toEqual(['NOT_FOUND patientId']);
    }
    expect(await graph.refused(frontDesk, 'recordAllergy', { patientId: 'pat_nobody', ...penicillin })).toEqual(['NOT_FOUND patientId']);
    expect(await graph.refused(patientCaller('pat_nobody'), 'recordAllergy', { patientId: 'pat_nobody', ...penicillin })).toEqual([
      'NOT_FOUND patientId',
    ]);
  });

  it.each([
    ['a code without a kind', { substanceCode: 'penicillins' }, ['INVALID_INPUT substanceCode']],
    ['a code in upper case', { substanceCode: 'class:Penicillins' }, ['INVALID_INPUT substanceCode']],
    ['no words', { substanceText: ' ' }, ['INVALID_INPUT substanceText']],
    ['an onset in the future', { onsetDate: '2027-01-01' }, ['INVALID_INPUT onsetDate']],
    ['an onset before birth', { onsetDate: '1984-02-28' }, ['INVALID_INPUT onsetDate']],
    ['a reaction without words', { reactions: [{ manifestation: '' }] }, ['INVALID_INPUT reactions 0 manifestation']],
    ['too long a note', { note: 'x'.repeat(2_001) }, ['INVALID_INPUT note']],
    ['a confirmation by the patient', { verificationStatus: 'CONFIRMED' }, ['NOT_ALLOWED verificationStatus']],
    ['a refuted allergy', { verificationStatus: 'REFUTED' }, ['INVALID_INPUT verificationStatus']],
  ])('refuses %s', async (_what, fault, refusals) => {
    expect(await graph.refused(patientCaller(patientId), 'recordAllergy', { patientId, ...penicillin, ...fault })).toEqual(refusals);
  });

  it('records a substance once, under any concurrency', async () => {
    const self = patientCaller(patientId);
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => graph.mutate(self, 'recordAllergy', { patientId, ...penicillin }, 'allergy { id }')),
    );
    expect(answers.filter(({ thing }) => thing)).toHaveLength(1);
    expect(answers.flatMap(({ userErrors }) => userErrors.map(({ code }) => code))).toEqual(Array.from({ length: 11 }, () => 'CONFLICT'));
  });

  it('answers the same key and input with the same allergy', async () => {
    const self = patientCaller(patientId);
    const input = { patientId, ...penicillin, idempotencyKey: newKey() };
    const first = await graph.recordAllergy(self, input);
    expect(await graph.recordAllergy(self, input)).toBe(first);
    expect(await graph.refused(self, 'recordAllergy', { ...input, criticality: 'LOW' })).toEqual(['IDEMPOTENCY_KEY_REUSED idempotencyKey']);
  });

  it('takes a substance again after it was entered in error', async () => {
    const self = patientCaller(patientId);
    const first = await graph.recordAllergy(self, { patientId });
    expect(await graph.refused(self, 'recordAllergy', { patientId, ...penicillin })).toEqual(['CONFLICT substanceCode']);
    const { thing } = await graph.mutate(self, 'updateAllergy', { allergyId: first, verificationStatus: 'ENTERED_IN_ERROR' }, fields);
    expect(thing).toMatchObject({ verificationStatus: 'ENTERED_IN_ERROR', clinicalStatus: null });
    const second = await graph.recordAllergy(self, { patientId });
    const listed = await graph
      .as(self)
      .execute(
        'query ($id: ID!) { patient(id: $id) { allergies { edges { node { id } } } all: allergies(includeEnteredInError: true) { edges { node { id } } } } }',
        { id: patientId },
      );
    expect(listed).toEqual({
      patient: { allergies: { edges: [{ node: { id: second } }] }, all: { edges: [{ node: { id: second } }, { node: { id: first } }] } },
    });
  });
});

describe('updateAllergy', () => {
  it('lets a practitioner confirm, resolve and change', async () => {
    const allergyId = await graph.recordAllergy(patientCaller(patientId), { patientId, note: 'old' });
    const practitioner = await graph.treat(patientId);
    graph.setNow(new Date('2026-11-24T08:00:00.000Z'));
    const change = {
      allergyId,
      verificationStatus: 'CONFIRMED',
      clinicalStatus: 'RESOLVED',
      criticality: 'LOW',
      note: '',
      reactions: [{ manifestation: 'Rash', severity: 'MILD' }],
    };
    const { thing } = await graph.mutate(practitioner, 'updateAllergy', change, fields);
    expect(thing).toMatchObject({
      verificationStatus: 'CONFIRMED',
      clinicalStatus: 'RESOLVED',
      criticality: 'LOW',
      note: null,
      reactions: [{ manifestation: 'Rash', severity: 'MILD' }],
      recordedAt: '2026-11-23T12:00:00.000Z',
      updatedAt: '2026-11-24T08:00:00.000Z',
      recordedBy: 'PATIENT',
    });
    expect((await graph.emitted('allergy.updated')).at(-1)).toMatchObject({
      subject: allergyId,
      data: { clinicalStatus: 'RESOLVED', verificationStatus: 'CONFIRMED', criticality: 'LOW' },
    });
    const { userErrors } = await graph.mutate(practitioner, 'updateAllergy', { allergyId, clinicalStatus: 'INACTIVE' });
    expect(userErrors).toMatchObject([
      { code: 'ILLEGAL_STATE', path: ['clinicalStatus'], currentState: 'RESOLVED', allowedStates: ['ACTIVE'] },
    ]);
  });

  it('leaves to the patient what the patient told, until a practitioner stands for it', async () => {
    const self = patientCaller(patientId);
    const allergyId = await graph.recordAllergy(self, { patientId });
    expect(await graph.refused(self, 'updateAllergy', { allergyId, criticality: 'HIGH' })).toEqual([]);
    expect(await graph.refused(self, 'updateAllergy', { allergyId, verificationStatus: 'CONFIRMED' })).toEqual([
      'NOT_ALLOWED verificationStatus',
    ]);
    expect(await graph.refused(self, 'updateAllergy', { allergyId, clinicalStatus: 'RESOLVED' })).toEqual(['NOT_ALLOWED clinicalStatus']);
    await graph.mutate(await graph.treat(patientId), 'updateAllergy', { allergyId, verificationStatus: 'CONFIRMED' });
    expect(await graph.refused(self, 'updateAllergy', { allergyId, verificationStatus: 'ENTERED_IN_ERROR' })).toEqual([
      'NOT_ALLOWED allergyId',
    ]);
  });

  it('changes nothing that was entered in error', async () => {
    const allergyId = await graph.recordAllergy(patientCaller(patientId), { patientId });
    const practitioner = await graph.treat(patientId);
    expect(
      await graph.refused(practitioner, 'updateAllergy', { allergyId, verificationStatus: 'ENTERED_IN_ERROR', clinicalStatus: 'RESOLVED' }),
    ).toEqual(['INVALID_INPUT clinicalStatus']);
    expect(await graph.refused(practitioner, 'updateAllergy', { allergyId, verificationStatus: 'ENTERED_IN_ERROR' })).toEqual([]);
    for (const change of [{ criticality: 'HIGH' }, { clinicalStatus: 'ACTIVE' }, { verificationStatus: 'CONFIRMED' }]) {
      expect(await graph.refused(practitioner, 'updateAllergy', { allergyId, ...change })).toEqual(['ILLEGAL_STATE allergyId']);
    }
  });

  it('refuses a change of nothing, and of an allergy that is not there or not yours', async () => {
    const allergyId = await graph.recordAllergy(patientCaller(patientId), { patientId });
    expect(await graph.refused(patientCaller(patientId), 'updateAllergy', { allergyId })).toEqual(['INVALID_INPUT']);
    const stranger = patientCaller(await graph.register());
    for (const caller of [stranger, frontDesk, biller, system, ...outsiders]) {
      expect(await graph.refused(caller, 'updateAllergy', { allergyId, criticality: 'LOW' })).toEqual(['NOT_FOUND allergyId']);
    }
    expect(await graph.refused(stranger, 'updateAllergy', { allergyId: 'alg_nobody', criticality: 'LOW' })).toEqual([
      'NOT_FOUND allergyId',
    ]);
  });
});

describe('the database', () => {
  it('refuses an allergy without a clinical status, and to delete any', async () => {
    const allergyId = await graph.recordAllergy(patientCaller(patientId), { patientId });
    const { pool } = graph.subgraph.database;
    await expect(pool.query('update allergy_intolerance set clinical_status = null where id = $1', [allergyId])).rejects.toThrow(
      'allergy_intolerance_clinical_status_unless_error',
    );
    await expect(pool.query('delete from allergy_intolerance where id = $1', [allergyId])).rejects.toThrow('never deleted');
    await expect(pool.query('delete from patient')).rejects.toThrow('never deleted');
  });
});
