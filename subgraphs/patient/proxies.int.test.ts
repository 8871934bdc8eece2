import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '#chassis/testing/eventually.ts';
import { endGrantsRunOut } from './proxy-service.ts';
import {
  biller,
  frontDesk,
  newKey,
  openPatientGraph,
  outsiders,
  patientCaller,
  practitionerCaller,
  system,
  today,
  type OpenPatientGraph,
} from './testing/people.ts';

let graph: OpenPatientGraph;
let child: string;
let adult: string;
let parent: string;
beforeAll(async () => {
  graph = await openPatientGraph();
});
beforeEach(async () => {
  graph.setNow(today);
  child = await graph.register({ birthDate: '2012-06-30' });
  adult = await graph.register({ birthDate: '1950-01-01' });
  parent = await graph.register({ name: { family: 'Parent', given: ['Pat'] }, birthDate: '1980-01-01', allowDuplicate: true });
});
afterAll(() => graph[Symbol.asyncDispose]());

const fields = 'proxyGrant { id patient { id } patientDisplay proxy { id } proxyDisplay relationship status grantedAt endsOn endedAt }';

const opens = async (caller: string, patientId: string): Promise<boolean> => {
  const { patient } = await graph
    .as(patientCaller(caller))
    .execute<{ patient: unknown }>('query ($id: ID!) { patient(id: $id) { id allergies { edges { cursor } } } }', { id: patientId });
  return patient !== null;
};

describe('grantProxy', () => {
  it('by the front desk gives a parent the chart of a child until the 18th birthday', async () => {
    expect(await opens(parent, child)).toBe(false);
    const { thing } = await graph.mutate<Record<string, unknown>>(
      frontDesk,
      'grantProxy',
      { patientId: child, proxyPatientId: parent, relationship: 'PARENT' },
      fields,
    );
    expect(thing).toMatchObject({
      patient: { id: child },
      proxy: { id: parent },
      proxyDisplay: 'Pat Parent',
      relationship: 'PARENT',
      status: 'ACTIVE',
      grantedAt: '2026-11-23T12:00:00.000Z',
      endsOn: '2030-06-30',
      endedAt: null,
    });
    expect(await opens(parent, child)).toBe(true);
    expect(await opens(child, parent)).toBe(false);
    expect((await graph.emitted('patient.proxyGranted')).at(-1)).toEqual({
      type: 'patient.proxyGranted',
      subject: child,
      data: { grantId: thing?.id, patientId: child, proxyPatientId: parent, endsOn: '2030-06-30' },
    });
  });

  it('by an adult names the proxy, and shows no more of them', async () => {
    const { thing } = await graph.mutate(
      patientCaller(adult),
      'grantProxy',
      { patientId: adult, proxyPatientId: parent, proxyBirthDate: '1980-01-01', relationship: 'CHILD', endsOn: '2027-01-01' },
      fields,
    );
    expect(thing).toMatchObject({ patient: { id: adult }, proxy: null, proxyDisplay: 'Pat Parent', endsOn: '2027-01-01' });
    const seen = await graph
      .as(patientCaller(parent))
      .execute('{ me { patient { proxyFor { patient { id } relationship } proxies { id } } } }');
    expect(seen).toEqual({ me: { patient: { proxyFor: [{ patient: { id: adult }, relationship: 'CHILD' }], proxies: [] } } });
  });

  it('is refused to those who may not decide on it', async () => {
    const ofChild = { patientId: child, proxyPatientId: parent, relationship: 'PARENT' };
    const ofAdult = { patientId: adult, proxyPatientId: parent, proxyBirthDate: '1980-01-01', relationship: 'CHILD' };
    const treating = await graph.treat(adult);
    expect(await graph.refused(patientCaller(child), 'grantProxy', ofChild)).toEqual(['NOT_ALLOWED patientId']);
    expect(await graph.refused(frontDesk, 'grantProxy', ofAdult)).toEqual(['NOT_ALLOWED patientId']);
    expect(await graph.refused(biller, 'grantProxy', ofChild)).toEqual(['NOT_ALLOWED patientId']);
    expect(await graph.refused(treating, 'grantProxy', ofAdult)).toEqual(['NOT_ALLOWED patientId']);
    for (const caller of [patientCaller(parent), practitionerCaller('prc_01k00000000000000000000000'), ...outsiders]) {
      expect(await graph.refused(caller, 'grantProxy', ofAdult)).toEqual(['NOT_FOUND patientId']);
    }
    await graph.grantProxy(patientCaller(adult), ofAdult);
    const third = await graph.register();
    expect(await graph.refused(patientCaller(parent), 'grantProxy', { ...ofAdult, proxyPatientId: third })).toEqual([
      'NOT_ALLOWED patientId',
    ]);
  });

  it('by a patient takes the birth date of the proxy, and tells nothing about an id alone', async () => {
    const gone = await graph.register({ birthDate: '1980-01-01' });
    const dead = await graph.register({ birthDate: '1980-01-01' });
    await graph.mutate(frontDesk, 'updatePatient', { patientId: gone, active: false });
    await graph.mutate(frontDesk, 'updatePatient', { patientId: dead, deceased: true });
    const name = (proxyPatientId: string, birthDate: object) =>
      graph.mutate(patientCaller(adult), 'grantProxy', { patientId: adult, proxyPatientId, relationship: 'CHILD', ...birthDate });

    const noes = await Promise.all([
      name('pat_01k00000000000000000000000', { proxyBirthDate: '1980-01-01' }),
      name(parent, { proxyBirthDate: '1980-01-02' }),
      name(child, { proxyBirthDate: '2012-06-30' }),
      name(gone, { proxyBirthDate: '1980-01-01' }),
      name(dead, { proxyBirthDate: '1980-01-01' }),
    ]);
    expect(noes[0]).toMatchObject({ thing: null, userErrors: [{ code: 'NOT_FOUND', path: ['proxyPatientId'] }] });
    for (const no of noes) expect(no).toEqual(noes[0]);

    const silent = await Promise.all(['pat_01k00000000000000000000000', parent, child, gone].map((id) => name(id, {})));
    expect(silent[0]).toMatchObject({ userErrors: [{ code: 'INVALID_INPUT', path: ['proxyBirthDate'] }] });
    for (const no of silent) expect(no).toEqual(silent[0]);

    expect((await name(parent, { proxyBirthDate: '1980-01-01' })).userErrors).toEqual([]);
  });

  it.each([
    ['oneself', () => ({ patientId: adult, proxyPatientId: adult, relationship: 'SPOUSE' }), ['INVALID_INPUT proxyPatientId']],
    ['a child', () => ({ patientId: adult, proxyPatientId: child, relationship: 'CHILD' }), ['INVALID_INPUT proxyPatientId']],
    [
      'somebody who is not there',
      () => ({ patientId: adult, proxyPatientId: 'pat_nobody', relationship: 'CHILD' }),
      ['NOT_FOUND proxyPatientId'],
    ],
    [
      'the brother of a minor',
      () => ({ patientId: child, proxyPatientId: parent, relationship: 'SIBLING' }),
      ['INVALID_INPUT relationship'],
    ],
    [
      'a proxy born on another day',
      () => ({ patientId: child, proxyPatientId: parent, proxyBirthDate: '1980-01-02', relationship: 'PARENT' }),
      ['INVALID_INPUT proxyBirthDate'],
    ],
    [
      'a day after the 18th birthday',
      () => ({ patientId: child, proxyPatientId: parent, relationship: 'PARENT', endsOn: '2030-07-01' }),
      ['INVALID_INPUT endsOn'],
    ],
    [
      'until today',
      () => ({ patientId: adult, proxyPatientId: parent, relationship: 'CHILD', endsOn: '2026-11-23' }),
      ['INVALID_INPUT endsOn'],
    ],
  ])('refuses %s', async (_what, input, refusals) => {
    expect(await graph.refused(system, 'grantProxy', input())).toEqual(refusals);
  });

  it('refuses a second grant for the pair, also at once', async () => {
    const input = { patientId: child, proxyPatientId: parent, relationship: 'PARENT' };
    const answers = await Promise.all(Array.from({ length: 8 }, () => graph.mutate(frontDesk, 'grantProxy', input, 'proxyGrant { id }')));
    expect(answers.filter(({ thing }) => thing)).toHaveLength(1);
    expect(await graph.refused(frontDesk, 'grantProxy', input)).toEqual(['CONFLICT proxyPatientId']);
  });

  it('refuses an eleventh proxy', async () => {
    for (let n = 0; n < 10; n++)
      await graph.grantProxy(patientCaller(adult), {
        patientId: adult,
        proxyPatientId: await graph.register(),
        proxyBirthDate: '1984-02-29',
        relationship: 'CAREGIVER',
      });
    expect(
      await graph.refused(patientCaller(adult), 'grantProxy', {
        patientId: adult,
        proxyPatientId: parent,
        proxyBirthDate: '1980-01-01',
        relationship: 'CAREGIVER',
      }),
    ).toEqual(['CONFLICT proxyPatientId']);
  });

  it('answers the same key and input with the same grant', async () => {
    const input = { patientId: child, proxyPatientId: parent, relationship: 'PARENT', idempotencyKey: newKey() };
    expect(await graph.grantProxy(frontDesk, input)).toBe(await graph.grantProxy(frontDesk, input));
  });
});

describe('revokeProxy', () => {
  it('ends what the proxy may see at once', async () => {
    const proxyGrantId = await graph.grantProxy(patientCaller(adult), {
      patientId: adult,
      proxyPatientId: parent,
      proxyBirthDate: '1980-01-01',
      relationship: 'CHILD',
    });
    const { thing } = await graph.mutate(patientCaller(adult), 'revokeProxy', { proxyGrantId }, fields);
    expect(thing).toMatchObject({ status: 'REVOKED', endedAt: '2026-11-23T12:00:00.000Z' });
    expect(await opens(parent, adult)).toBe(false);
    expect((await graph.emitted('patient.proxyRevoked')).at(-1)).toMatchObject({ subject: adult, data: { grantId: proxyGrantId } });
    const { userErrors } = await graph.mutate(patientCaller(adult), 'revokeProxy', { proxyGrantId });
    expect(userErrors).toMatchObject([{ code: 'ILLEGAL_STATE', currentState: 'REVOKED', allowedStates: [] }]);
    await graph.grantProxy(patientCaller(adult), {
      patientId: adult,
      proxyPatientId: parent,
      proxyBirthDate: '1980-01-01',
      relationship: 'CHILD',
    });
  });

  it('is open to the proxy, who then steps back', async () => {
    const proxyGrantId = await graph.grantProxy(frontDesk, { patientId: child, proxyPatientId: parent });
    expect(await graph.refused(patientCaller(child), 'revokeProxy', { proxyGrantId })).toEqual(['NOT_ALLOWED proxyGrantId']);
    expect(await graph.refused(patientCaller(parent), 'revokeProxy', { proxyGrantId })).toEqual([]);
  });

  it('is open to the front desk for a minor only', async () => {
    const ofChild = await graph.grantProxy(frontDesk, { patientId: child, proxyPatientId: parent });
    const ofAdult = await graph.grantProxy(patientCaller(adult), {
      patientId: adult,
      proxyPatientId: parent,
      proxyBirthDate: '1980-01-01',
      relationship: 'CHILD',
    });
    expect(await graph.refused(frontDesk, 'revokeProxy', { proxyGrantId: ofChild })).toEqual([]);
    expect(await graph.refused(frontDesk, 'revokeProxy', { proxyGrantId: ofAdult })).toEqual(['NOT_ALLOWED proxyGrantId']);
    for (const caller of [patientCaller(child), ...outsiders])
      expect(await graph.refused(caller, 'revokeProxy', { proxyGrantId: ofAdult })).toEqual(['NOT_FOUND proxyGrantId']);
  });
});

describe('a change of the record', () => {
  const change = (patientId: string, changes: object) =>
    graph.mutate<{ proxies: unknown; proxyFor: unknown }>(
      frontDesk,
      'updatePatient',
      { patientId, ...changes },
      'patient { proxies { id endsOn } proxyFor { id endsOn } }',
    );
  const ofChild = () => graph.grantProxy(frontDesk, { patientId: child, proxyPatientId: parent });
  const lastEvent = async (proxyGrantId: string) =>
    (await graph.emitted()).filter(({ data }) => 'grantId' in data && data.grantId === proxyGrantId).at(-1);
  const status = async (proxyGrantId: string) => {
    const { rows } = await graph.subgraph.database.pool.query<{ status: string }>('select status from proxy_grant where id = $1', [
      proxyGrantId,
    ]);
    return rows[0]?.status;
  };

  it('moves the end of a minor’s grant with the birth date', async () => {
    const id = await ofChild();
    for (const [birthDate, endsOn] of [
      ['2011-06-30', '2029-06-30'],
      ['2013-01-02', '2031-01-02'],
    ]) {
      const { thing } = await change(child, { birthDate });
      expect(thing?.proxies).toEqual([{ id, endsOn }]);
      expect(await lastEvent(id)).toEqual({
        type: 'patient.proxyGranted',
        subject: child,
        data: { grantId: id, patientId: child, proxyPatientId: parent, endsOn },
      });
      const { rows } = await graph.subgraph.database.pool.query('select ends_on::text as ends_on from proxy_relation where grant_id = $1', [
        id,
      ]);
      expect(rows).toEqual([{ ends_on: endsOn }]);
    }
    expect(await opens(parent, child)).toBe(true);
  });

  it.each([
    ['the minor is of age by the birth date', () => [child, { birthDate: '2000-06-30' }]],
    ['the proxy is a minor by the birth date', () => [parent, { birthDate: '2012-01-01' }]],
    ['the patient died', () => [child, { deceased: true }]],
    ['the proxy died', () => [parent, { deceased: true }]],
    ['the record of the patient is out of use', () => [child, { active: false }]],
    ['the record of the proxy is out of use', () => [parent, { active: false }]],
  ] as [string, () => [string, object]][])('ends a grant at once when %s', async (_what, what) => {
    const id = await ofChild();
    expect(await opens(parent, child)).toBe(true);
    const { thing } = await change(...what());
    expect(thing).toEqual({ proxies: [], proxyFor: [] });
    expect(await opens(parent, child)).toBe(false);
    expect(await status(id)).toBe('REVOKED');
    expect(await lastEvent(id)).toMatchObject({ type: 'patient.proxyRevoked', subject: child });
  });

  it('leaves the grants of others, of adults, and all grants when nothing of weight changes', async () => {
    const minors = await ofChild();
    const adults = await graph.grantProxy(system, { patientId: adult, proxyPatientId: parent, relationship: 'CHILD' });
    const other = await graph.register({ birthDate: '2015-01-01' });
    await graph.grantProxy(frontDesk, { patientId: other, proxyPatientId: parent });
    const before = (await graph.emitted()).filter(({ type }) => type !== 'patient.updated').length;
    await change(adult, { birthDate: '1951-01-01' });
    await change(parent, { birthDate: '1981-01-01', gender: 'OTHER' });
    await change(child, { birthDate: '2012-06-30', active: true, deceased: false });
    expect((await graph.emitted()).filter(({ type }) => type !== 'patient.updated')).toHaveLength(before);
    await change(other, { active: false });
    expect(await Promise.all([minors, adults].map(status))).toEqual(['ACTIVE', 'ACTIVE']);
  });

  it('of both people at once ends their grant once', async () => {
    for (let round = 0; round < 5; round++) {
      const [patientId, proxyPatientId] = [await graph.register(), await graph.register()];
      const proxyGrantId = await graph.grantProxy(system, { patientId, proxyPatientId, relationship: 'SPOUSE' });
      await Promise.all([
        change(patientId, { active: false }),
        change(proxyPatientId, { active: false }),
        graph.mutate(patientCaller(patientId), 'revokeProxy', { proxyGrantId }),
      ]);
      const ended = (await graph.emitted('patient.proxyRevoked')).filter(({ data }) => data.grantId === proxyGrantId);
      expect(ended).toHaveLength(1);
    }
  });
});

describe('a grant whose time is over', () => {
  const sweep = () =>
    endGrantsRunOut(graph.subgraph.context({ caller: { role: 'SYSTEM', subject: 'system:patient', scopes: [] }, requestId: 'sweep' }));

  it('is ended by the next round, once, and its chart is closed', async () => {
    const runsOut = await graph.grantProxy(frontDesk, { patientId: child, proxyPatientId: parent });
    const stays = await graph.grantProxy(patientCaller(adult), {
      patientId: adult,
      proxyPatientId: parent,
      proxyBirthDate: '1980-01-01',
      relationship: 'CHILD',
    });
    graph.setNow(new Date('2030-06-29T23:59:59.000Z'));
    await sweep();
    expect(await opens(parent, child)).toBe(true);
    graph.setNow(new Date('2030-06-30T00:00:00.000Z'));
    const ended = await Promise.all([sweep(), sweep()]);
    expect(ended.filter((count) => count > 0)).toHaveLength(1);
    expect(await opens(parent, child)).toBe(false);
    const { _entities: grants } = await graph
      .as(patientCaller(parent))
      .execute<{ _entities: unknown }>('query ($r: [_Any!]!) { _entities(representations: $r) { ... on ProxyGrant { id status } } }', {
        r: [runsOut, stays].map((id) => ({ __typename: 'ProxyGrant', id })),
      });
    expect(grants).toEqual([
      { id: runsOut, status: 'EXPIRED' },
      { id: stays, status: 'ACTIVE' },
    ]);
  });

  it('stays when its end is moved while the round runs', async () => {
    const id = await graph.grantProxy(frontDesk, { patientId: child, proxyPatientId: parent });
    graph.setNow(new Date('2030-06-30T00:00:00.000Z'));
    const { pool } = graph.subgraph.database;
    const other = await pool.connect();
    try {
      await other.query('begin');
      await other.query(`update proxy_grant set ends_on = '2031-06-30' where id = $1`, [id]);
      const sweeping = sweep();
      await eventually(
        () => pool.query(`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`),
        ({ rowCount }) => rowCount === 1,
      );
      await other.query('commit');
      await sweeping;
    } finally {
      other.release();
    }
    const { rows } = await pool.query('select status from proxy_grant where id = $1', [id]);
    expect(rows).toEqual([{ status: 'ACTIVE' }]);
  });
});
