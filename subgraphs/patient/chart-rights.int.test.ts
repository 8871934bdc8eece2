import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '#chassis/ids.ts';
import type { CallerSpec } from '#chassis/testing/test-subgraph.ts';
import {
  biller,
  frontDesk,
  openPatientGraph,
  outsiders,
  patientCaller,
  practitionerCaller,
  type OpenPatientGraph,
} from './testing/people.ts';

// Rights that somebody gives, takes, or takes for themselves: break-glass, consents, care teams, pharmacies.

let graph: OpenPatientGraph;
let patientId: string;
let allergyId: string;
let stranger: CallerSpec & { practitionerId: string };
const officer: CallerSpec = { role: 'PRIVACY_OFFICER' };
const minutesAgo = (count: number) => new Date(Date.now() - count * 60_000);
const aPractitioner = () => ({ ...practitionerCaller(''), practitionerId: newId('prc') });

beforeAll(async () => {
  graph = await openPatientGraph();
});
afterAll(() => graph[Symbol.asyncDispose]());
beforeEach(async () => {
  graph.setNow(new Date());
  patientId = await graph.register();
  allergyId = await graph.recordAllergy(patientCaller(patientId), { patientId });
  stranger = aPractitioner();
});

/** What somebody sees of the patient: alone, by reference, in a list. All three must say the same. */
async function look(caller: CallerSpec): Promise<'CHART' | 'NOTHING'> {
  const { patient, _entities, patients, allergyIntolerance } = await graph.as(caller).execute<{
    patient: { allergies: { edges: { node: { id: string } }[] } } | null;
    _entities: unknown[];
    patients: { edges: { node: { id: string } }[] };
    allergyIntolerance: unknown;
  }>(
    `query ($id: ID!, $allergyId: ID!) {
      patient(id: $id) { name { text } allergies { edges { node { id } } } consents { edges { cursor } } }
      allergyIntolerance(id: $allergyId) { id }
      _entities(representations: [{ __typename: "Patient", id: "${patientId}" }]) { ... on Patient { birthDate } }
      patients(first: 100) { edges { node { id } } }
    }`,
    { id: patientId, allergyId },
  );
  const parts = [patient, _entities[0], allergyIntolerance].map((part) => part !== null);
  parts.push(patients.edges.some(({ node }) => node.id === patientId));
  if (parts.every((there) => !there)) return 'NOTHING';
  expect(parts).toEqual([true, true, true, true]);
  expect(patient?.allergies.edges).toEqual([{ node: { id: allergyId } }]);
  return 'CHART';
}

const reason = 'Found unconscious; nobody to ask.';
const breakGlass = (caller: CallerSpec, input: object = {}) =>
  graph.mutate<{ id: string; inForce: boolean }>(
    caller,
    'breakGlass',
    { patientId, reason, ...input },
    'grant { id inForce reason patientId }',
  );

describe('break-glass', () => {
  it('opens a chart for 60 minutes, to the one who breaks the glass alone, and to read', async () => {
    expect(await look(stranger)).toBe('NOTHING');
    expect(await breakGlass(stranger)).toMatchObject({ thing: { inForce: true, reason, patientId }, userErrors: [] });
    expect(await look(stranger)).toBe('CHART');
    expect(await look(aPractitioner())).toBe('NOTHING');
    const other = await graph.register();
    expect(await graph.as(stranger).execute('query ($id: ID!) { patient(id: $id) { id } }', { id: other })).toEqual({ patient: null });
    for (const [mutation, input] of [
      ['recordAllergy', { patientId, substanceCode: 'other:latex', substanceText: 'Latex' }],
      ['updateAllergy', { allergyId, criticality: 'HIGH' }],
      ['grantConsent', { patientId, scope: 'PATIENT_PRIVACY', provision: 'PERMIT' }],
      ['addCareTeamMember', { patientId, practitionerId: newId('prc') }],
    ] as const) {
      expect(await graph.refused(stranger, mutation, input)).toEqual([expect.stringContaining('NOT_ALLOWED')]);
    }
  });

  it('is over after 60 minutes', async () => {
    graph.setNow(minutesAgo(59));
    await breakGlass(stranger);
    expect(await look(stranger)).toBe('CHART');
    const late = aPractitioner();
    graph.setNow(minutesAgo(61));
    const { thing } = await breakGlass(late);
    graph.setNow(new Date());
    expect(await look(late)).toBe('NOTHING');
    expect(await graph.refused(officer, 'endBreakGlass', { grantId: thing?.id })).toEqual(['CONFLICT grantId']);
  });

  it('is one while it is in force, however often the glass is broken', async () => {
    const answers = await Promise.all(Array.from({ length: 4 }, () => breakGlass(stranger)));
    expect(new Set(answers.map(({ thing }) => thing?.id)).size).toBe(1);
    await graph.mutate(stranger, 'endBreakGlass', { grantId: answers[0]?.thing?.id });
    expect((await breakGlass(stranger)).thing?.id).not.toBe(answers[0]?.thing?.id);
  });

  it('is told to privacy officers at once, with the reason, which never travels in an event', async () => {
    const earlier = await breakGlass(stranger);
    await using told = graph
      .as(officer)
      .subscribe<{ breakGlassOpened: { id: string } }>('subscription { breakGlassOpened { id patientId reason practitioner { id } } }');
    // Those of the last hour come first: others of this file among them.
    let seen = await told.next();
    while (seen.breakGlassOpened.id !== earlier.thing?.id) seen = await told.next();
    const colleague = aPractitioner();
    const { thing } = await breakGlass(colleague, { reason: 'Allergic shock in the waiting room.' });
    expect(await told.next()).toEqual({
      breakGlassOpened: {
        id: thing?.id,
        patientId,
        reason: 'Allergic shock in the waiting room.',
        practitioner: { id: colleague.practitionerId },
      },
    });
    const opened = (await graph.emitted('breakGlass.opened')).at(-1);
    expect(opened?.data).toEqual({
      grantId: thing?.id,
      patientId,
      practitionerId: colleague.practitionerId,
      openedAt: expect.any(String) as string,
      expiresAt: expect.any(String) as string,
    });
    for (const caller of [stranger, frontDesk, patientCaller(patientId)]) {
      await using refused = graph.as(caller).subscribe('subscription { breakGlassOpened { id } }');
      expect((await refused.result())?.errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
    }
  });

  it('is ended at once by a privacy officer, who sees it and not the chart', async () => {
    const { thing } = await breakGlass(stranger);
    const list = (caller: CallerSpec, inForce: boolean) =>
      graph
        .as(caller)
        .execute<{ breakGlassGrants: { edges: { node: { id: string; endedBy: string | null } }[] } }>(
          'query ($inForce: Boolean!) { breakGlassGrants(first: 100, inForce: $inForce) { edges { node { id endedBy } } } }',
          { inForce },
        )
        .then(({ breakGlassGrants }) => breakGlassGrants.edges.map(({ node }) => node).filter(({ id }) => id === thing?.id));
    expect(await list(officer, true)).toEqual([{ id: thing?.id, endedBy: null }]);
    expect(await list(stranger, true)).toHaveLength(1);
    for (const caller of [aPractitioner(), frontDesk, patientCaller(patientId)]) expect(await list(caller, false)).toEqual([]);
    expect(await graph.refused(aPractitioner(), 'endBreakGlass', { grantId: thing?.id })).toEqual(['NOT_FOUND grantId']);
    expect((await graph.mutate(officer, 'endBreakGlass', { grantId: thing?.id })).userErrors).toEqual([]);
    expect(await look(stranger)).toBe('NOTHING');
    expect(await look(officer)).toBe('NOTHING');
    expect(await list(officer, true)).toEqual([]);
    expect(await list(officer, false)).toEqual([{ id: thing?.id, endedBy: 'PRIVACY_OFFICER' }]);
    expect((await graph.emitted('breakGlass.ended')).at(-1)?.data).toMatchObject({ grantId: thing?.id, patientId });
  });

  it('needs a practitioner, a patient and a reason that somebody can judge', async () => {
    for (const caller of [frontDesk, biller, patientCaller(patientId), ...outsiders, { role: 'PRACTITIONER' } as const]) {
      expect(await graph.refused(caller, 'breakGlass', { patientId, reason })).toEqual(['NOT_ALLOWED']);
    }
    expect(await graph.refused(stranger, 'breakGlass', { patientId, reason: ' urgent   ' })).toEqual(['INVALID_INPUT reason']);
    expect(await graph.refused(stranger, 'breakGlass', { patientId, reason: 'x'.repeat(501) })).toEqual(['INVALID_INPUT reason']);
    expect(await graph.refused(stranger, 'breakGlass', { patientId: 'pat_nobody', reason })).toEqual(['NOT_FOUND patientId']);
  });

  it('cannot be told otherwise afterwards, not even in the database', async () => {
    const { thing } = await breakGlass(stranger);
    const { pool } = graph.subgraph.database;
    await expect(pool.query("update break_glass set reason = 'Nothing of note.' where id = $1", [thing?.id])).rejects.toThrow(
      'append-only',
    );
    await expect(pool.query('delete from break_glass where id = $1', [thing?.id])).rejects.toThrow('append-only');
  });
});

describe('a consent that closes the chart', () => {
  const forbid = (input: object = {}) => graph.grantConsent(patientCaller(patientId), { patientId, provision: 'DENY', ...input });

  it('to one practitioner hides it from them although they treat, until it is revoked; break-glass opens it', async () => {
    const [treating, colleague] = [await graph.treat(patientId), await graph.treat(patientId)];
    const consentId = await forbid({ practitionerId: treating.practitionerId });
    expect([await look(treating), await look(colleague)]).toEqual(['NOTHING', 'CHART']);
    expect(await graph.refused(treating, 'recordAllergy', { patientId, substanceCode: 'other:latex', substanceText: 'Latex' })).toEqual([
      'NOT_FOUND patientId',
    ]);
    const { thing } = await breakGlass(treating);
    expect(await look(treating)).toBe('CHART');
    await graph.mutate(officer, 'endBreakGlass', { grantId: thing?.id });
    await graph.mutate(patientCaller(patientId), 'revokeConsent', { consentId });
    expect(await look(treating)).toBe('CHART');
  });

  it('to all leaves it open to the patient, and to a practitioner who is named by one that permits', async () => {
    const [treating, trusted] = [await graph.treat(patientId), await graph.treat(patientId)];
    await forbid();
    await graph.grantConsent(patientCaller(patientId), { patientId, practitionerId: trusted.practitionerId });
    expect([await look(treating), await look(trusted), await look(patientCaller(patientId))]).toEqual(['NOTHING', 'CHART', 'CHART']);
  });

  it.each([
    ['is only proposed', { asDraft: true }],
    ['has not begun', { periodStart: '2999-01-01T00:00:00.000Z' }],
    ['is for another purpose', { purposes: ['RESEARCH'] }],
    ['is about sensitive data', { sensitivities: ['HIV'] }],
    ['is about a study', { scope: 'RESEARCH' }],
  ])('closes nothing when it %s', async (_what, input) => {
    const treating = await graph.treat(patientId);
    await forbid(input);
    expect(await look(treating)).toBe('CHART');
  });

  it('is told to the other services whole, and that it is revoked', async () => {
    const consentId = await forbid({ sensitivities: ['PSYCHIATRIC'], purposes: ['TREATMENT'], periodEnd: '2999-01-01T00:00:00.000Z' });
    expect((await graph.emitted('consent.activated')).at(-1)?.data).toEqual({
      consentId,
      patientId,
      provision: 'DENY',
      scope: 'PATIENT_PRIVACY',
      purposes: ['TREATMENT'],
      sensitivities: ['PSYCHIATRIC'],
      practitionerId: null,
      periodStart: null,
      periodEnd: '2999-01-01T00:00:00.000Z',
    });
    await graph.mutate(patientCaller(patientId), 'revokeConsent', { consentId });
    expect((await graph.emitted('consent.revoked')).at(-1)?.data).toEqual({ consentId, patientId });
  });
});

describe('the care team', () => {
  const add = (caller: CallerSpec, practitionerId: string) =>
    graph.mutate<{ id: string }>(caller, 'addCareTeamMember', { patientId, practitionerId }, 'careTeamMember { id addedBy }');
  const team = async (caller: CallerSpec) =>
    (
      await graph
        .as(caller)
        .execute<{ patient: { careTeam: { practitioner: { id: string } }[] | null } | null }>(
          'query ($id: ID!) { patient(id: $id) { careTeam { practitioner { id } } } }',
          { id: patientId },
        )
    ).patient?.careTeam?.map(({ practitioner }) => practitioner.id) ?? null;

  it('treats without an appointment, from the moment the patient adds them until they are removed', async () => {
    const { thing } = await add(patientCaller(patientId), stranger.practitionerId);
    expect(thing).toMatchObject({ addedBy: 'PATIENT' });
    expect(await look(stranger)).toBe('CHART');
    expect(await team(stranger)).toEqual([stranger.practitionerId]);
    await graph.mutate(patientCaller(patientId), 'removeCareTeamMember', { careTeamMemberId: thing?.id });
    expect(await look(stranger)).toBe('NOTHING');
    expect(await team(patientCaller(patientId))).toEqual([]);
    expect((await graph.emitted()).slice(-2).map(({ type, subject }) => [type, subject])).toEqual([
      ['careTeam.memberAdded', thing?.id],
      ['careTeam.memberRemoved', thing?.id],
    ]);
  });

  it('is kept by the front desk too, and by practitioners who treat: they add colleagues, and leave', async () => {
    const treating = await graph.treat(patientId);
    expect((await add(frontDesk, stranger.practitionerId)).thing).toMatchObject({ addedBy: 'FRONT_DESK' });
    const colleague = aPractitioner();
    const { thing } = await add(treating, colleague.practitionerId);
    expect(thing).toMatchObject({ addedBy: 'PRACTITIONER' });
    const themselves = { patientId, practitionerId: treating.practitionerId };
    expect(await graph.refused(treating, 'addCareTeamMember', themselves)).toEqual(['NOT_ALLOWED practitionerId']);
    expect(await graph.refused(treating, 'removeCareTeamMember', { careTeamMemberId: thing?.id })).toEqual([
      'NOT_ALLOWED careTeamMemberId',
    ]);
    expect((await graph.mutate(colleague, 'removeCareTeamMember', { careTeamMemberId: thing?.id })).userErrors).toEqual([]);
    expect(await look(colleague)).toBe('NOTHING');
    expect(await team(frontDesk)).toEqual([stranger.practitionerId]);
  });

  it('does not let colleagues keep each other in it: whom a colleague added adds nobody', async () => {
    const treating = await graph.treat(patientId);
    await add(treating, stranger.practitionerId);
    const friend = { patientId, practitionerId: treating.practitionerId };
    expect(await graph.refused(stranger, 'addCareTeamMember', friend)).toEqual(['NOT_ALLOWED']);
    expect(await team(frontDesk)).toEqual([stranger.practitionerId]);
  });

  it('does not read who looked at the chart; to ask leaves a record', async () => {
    await add(patientCaller(patientId), stranger.practitionerId);
    const history = 'query ($id: ID!) { patient(id: $id) { accessHistory { edges { cursor } } } }';
    expect(await graph.as(stranger).execute(history, { id: patientId })).toEqual({ patient: { accessHistory: null } });
    const { rows } = await graph.subgraph.database.pool.query(
      `select entities from audit_event where outcome = 'DENIED' and patient_id = $1`,
      [patientId],
    );
    expect(rows).toEqual([{ entities: [`Patient/${patientId}`] }]);
  });

  it('has nobody twice, and is not for those who do not see it', async () => {
    const answers = await Promise.all(Array.from({ length: 4 }, () => add(patientCaller(patientId), stranger.practitionerId)));
    expect(answers.flatMap(({ userErrors }) => userErrors.map(({ code }) => code))).toEqual(['CONFLICT', 'CONFLICT', 'CONFLICT']);
    const somebody = { patientId, practitionerId: newId('prc') };
    expect(await graph.refused(biller, 'addCareTeamMember', somebody)).toEqual(['NOT_ALLOWED']);
    for (const caller of [aPractitioner(), patientCaller(newId('pat')), ...outsiders]) {
      expect(await graph.refused(caller, 'addCareTeamMember', somebody)).toEqual(['NOT_FOUND patientId']);
    }
    expect(await team(biller)).toBeNull();
  });
});

describe('a pharmacy with a signed prescription of the patient', () => {
  const prescription = () => ({ prescriptionId: newId('rx'), patientId, practitionerId: newId('prc'), visitId: null });
  const pharmacy = (organizationId = newId('phm')) => ({ role: 'PHARMACY' as const, organizationId });
  const allergies = (caller: CallerSpec) =>
    graph
      .as(caller)
      .run('query ($id: ID!) { patient(id: $id) { id allergies { edges { node { id patient { id } } } } } }', { id: patientId });

  it('sees the allergies, and nothing else of the patient', async () => {
    const [its, other] = [pharmacy(), pharmacy()];
    const routed = prescription();
    await graph.receive('prescription.routed', routed.prescriptionId, { ...routed, pharmacyId: its.organizationId });
    expect((await allergies(its)).data).toEqual({
      patient: { id: patientId, allergies: { edges: [{ node: { id: allergyId, patient: { id: patientId } } }] } },
    });
    expect((await allergies(other)).data).toEqual({ patient: null });
    const rest = await graph.as(its).run(
      `query ($id: ID!) { patients { edges { cursor } } chart: patient(id: $id) { consents { edges { cursor } } careTeam { id } }
        named: patient(id: $id) { name { text } } reached: patient(id: $id) { telecom { value } } proxied: patient(id: $id) { proxies { id } } }`,
      { id: patientId },
    );
    expect(rest.data).toEqual({
      patients: { edges: [] },
      chart: { consents: null, careTeam: null },
      named: null,
      reached: null,
      proxied: null,
    });
    expect(rest.errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN']);
  });

  it.each(['prescription.cancelled', 'prescription.stopped', 'prescription.completed'] as const)(
    'sees nothing any more after %s',
    async (ended) => {
      const its = pharmacy();
      const routed = prescription();
      await graph.receive('prescription.routed', routed.prescriptionId, { ...routed, pharmacyId: its.organizationId });
      await graph.receive(ended, routed.prescriptionId, routed);
      expect((await allergies(its)).data).toEqual({ patient: null });
    },
  );

  it('sees nothing any more when it goes to another one', async () => {
    const [first, second] = [pharmacy(), pharmacy()];
    const routed = prescription();
    await graph.receive('prescription.routed', routed.prescriptionId, { ...routed, pharmacyId: first.organizationId });
    await graph.receive('prescription.routed', routed.prescriptionId, { ...routed, pharmacyId: second.organizationId });
    expect((await allergies(first)).data).toEqual({ patient: null });
    expect((await allergies(second)).data).toMatchObject({ patient: { id: patientId } });
  });
});
