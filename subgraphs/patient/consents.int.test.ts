import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  biller,
  frontDesk,
  newKey,
  openPatientGraph,
  outsiders,
  patientCaller,
  privacyConsent,
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

const fields =
  'consent { id status inForce scope provision purposes sensitivities practitioner { id } periodStart periodEnd recordedAt statusChangedAt patient { id } }';
const told = async (consentId: string) => (await graph.emitted()).filter(({ subject }) => subject === consentId).map(({ type }) => type);

describe('grantConsent', () => {
  it('by the patient counts at once', async () => {
    const practitionerId = 'prc_01k00000000000000000000000';
    const input = {
      patientId,
      scope: 'PATIENT_PRIVACY',
      provision: 'DENY',
      purposes: ['TREATMENT', 'TREATMENT'],
      sensitivities: ['HIV'],
      practitionerId,
      periodEnd: '2027-01-01T00:00:00Z',
    };
    const { thing } = await graph.mutate(patientCaller(patientId), 'grantConsent', input, fields);
    expect(thing).toEqual({
      id: expect.stringMatching(/^con_/),
      status: 'ACTIVE',
      inForce: true,
      scope: 'PATIENT_PRIVACY',
      provision: 'DENY',
      purposes: ['TREATMENT'],
      sensitivities: ['HIV'],
      practitioner: { id: practitionerId },
      periodStart: null,
      periodEnd: '2027-01-01T00:00:00.000Z',
      recordedAt: '2026-11-23T12:00:00.000Z',
      statusChangedAt: '2026-11-23T12:00:00.000Z',
      patient: { id: patientId },
    });
    expect(await told(thing?.id as string)).toEqual(['consent.activated']);
  });

  it('by a practitioner is a proposal that the patient accepts or declines', async () => {
    const practitioner = await graph.treat(patientId);
    const self = patientCaller(patientId);
    const accepted = await graph.grantConsent(practitioner, { patientId });
    const declined = await graph.grantConsent(practitioner, { patientId });
    expect(await graph.refused(practitioner, 'activateConsent', { consentId: accepted })).toEqual(['NOT_ALLOWED']);
    expect((await graph.mutate(self, 'activateConsent', { consentId: accepted }, 'consent { status inForce }')).thing).toEqual({
      status: 'ACTIVE',
      inForce: true,
    });
    expect((await graph.mutate(self, 'rejectConsent', { consentId: declined }, 'consent { status inForce }')).thing).toEqual({
      status: 'REJECTED',
      inForce: false,
    });
    expect(await told(accepted)).toEqual(['consent.activated']);
    expect(await told(declined)).toEqual([]);
    expect(await graph.refused(practitioner, 'retractConsent', { consentId: accepted })).toEqual(['NOT_ALLOWED']);
    expect(await graph.refused(practitioner, 'retractConsent', { consentId: declined })).toEqual([]);
  });

  it('may be a draft that is proposed later', async () => {
    const practitioner = await graph.treat(patientId);
    const consentId = await graph.grantConsent(practitioner, { patientId, asDraft: true });
    expect((await graph.mutate(practitioner, 'proposeConsent', { consentId }, 'consent { status }')).thing).toEqual({ status: 'PROPOSED' });
    const draft = await graph.grantConsent(patientCaller(patientId), { patientId, asDraft: true });
    expect(await told(draft)).toEqual([]);
    expect((await graph.mutate(patientCaller(patientId), 'activateConsent', { consentId: draft }, 'consent { status }')).thing).toEqual({
      status: 'ACTIVE',
    });
  });

  it('by a proxy counts as by the patient', async () => {
    const child = await graph.register({ birthDate: '2015-01-01' });
    await graph.grantProxy(frontDesk, { patientId: child, proxyPatientId: patientId });
    const consentId = await graph.grantConsent(patientCaller(patientId), { patientId: child });
    expect(await told(consentId)).toEqual(['consent.activated']);
  });

  it.each([
    ['an end in the past', { periodEnd: '2026-11-23T12:00:00Z' }, ['INVALID_INPUT periodEnd']],
    ['an end before the start', { periodStart: '2028-01-01T00:00:00Z', periodEnd: '2027-01-01T00:00:00Z' }, ['INVALID_INPUT periodEnd']],
    ['a practitioner who is none', { practitionerId: 'pat_1' }, ['INVALID_INPUT practitionerId']],
  ])('refuses %s', async (_what, fault, refusals) => {
    expect(await graph.refused(patientCaller(patientId), 'grantConsent', { patientId, ...privacyConsent, ...fault })).toEqual(refusals);
  });

  it('is not for those who do not see the chart', async () => {
    for (const caller of [frontDesk, biller, system])
      expect(await graph.refused(caller, 'grantConsent', { patientId, ...privacyConsent })).toEqual(['NOT_ALLOWED']);
    for (const caller of [patientCaller(await graph.register()), ...outsiders]) {
      expect(await graph.refused(caller, 'grantConsent', { patientId, ...privacyConsent })).toEqual(['NOT_FOUND patientId']);
    }
  });

  it('answers the same key and input with the same consent', async () => {
    const input = { patientId, idempotencyKey: newKey() };
    expect(await graph.grantConsent(patientCaller(patientId), input)).toBe(await graph.grantConsent(patientCaller(patientId), input));
  });
});

describe('a consent', () => {
  it('counts only within its period', async () => {
    const self = graph.as(patientCaller(patientId));
    const consentId = await graph.grantConsent(patientCaller(patientId), {
      patientId,
      periodStart: '2026-12-01T00:00:00Z',
      periodEnd: '2026-12-31T00:00:00Z',
    });
    const counts = async (now: string) => {
      graph.setNow(new Date(now));
      return (await self.execute<{ consent: { inForce: boolean } }>('query ($id: ID!) { consent(id: $id) { inForce } }', { id: consentId }))
        .consent.inForce;
    };
    expect(await counts('2026-11-30T23:59:59Z')).toBe(false);
    expect(await counts('2026-12-01T00:00:00Z')).toBe(true);
    expect(await counts('2026-12-31T00:00:00Z')).toBe(false);
  });

  it('once revoked does not come back', async () => {
    const self = patientCaller(patientId);
    const consentId = await graph.grantConsent(self, { patientId });
    expect((await graph.mutate(self, 'revokeConsent', { consentId }, 'consent { status inForce }')).thing).toEqual({
      status: 'INACTIVE',
      inForce: false,
    });
    const { userErrors } = await graph.mutate(self, 'activateConsent', { consentId });
    expect(userErrors).toMatchObject([
      { code: 'ILLEGAL_STATE', path: ['consentId'], currentState: 'INACTIVE', allowedStates: ['ENTERED_IN_ERROR'] },
    ]);
    expect(await told(consentId)).toEqual(['consent.activated', 'consent.revoked']);
  });

  it('entered in error ceases to count', async () => {
    const self = patientCaller(patientId);
    const consentId = await graph.grantConsent(self, { patientId });
    expect(await graph.refused(self, 'retractConsent', { consentId })).toEqual([]);
    expect(await told(consentId)).toEqual(['consent.activated', 'consent.revoked']);
  });

  it('takes one step of many that are asked for at once', async () => {
    const self = patientCaller(patientId);
    const consentId = await graph.grantConsent(self, { patientId });
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => graph.mutate(self, 'revokeConsent', { consentId }, 'consent { id }')),
    );
    expect(answers.filter(({ thing }) => thing)).toHaveLength(1);
    expect(await told(consentId)).toEqual(['consent.activated', 'consent.revoked']);
  });

  it('is not there for strangers', async () => {
    const consentId = await graph.grantConsent(patientCaller(patientId), { patientId });
    for (const caller of [frontDesk, biller, system, patientCaller(await graph.register()), ...outsiders]) {
      expect(await graph.refused(caller, 'revokeConsent', { consentId })).toEqual(['NOT_FOUND consentId']);
      expect(await graph.as(caller).execute('query ($id: ID!) { consent(id: $id) { id } }', { id: consentId })).toEqual({ consent: null });
    }
  });
});
