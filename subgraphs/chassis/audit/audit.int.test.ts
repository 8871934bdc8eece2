import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPatientSubgraph } from '../../patient/server.ts';
import { key, visitStory, type Story } from '../../visit/testing/story.ts';
import { newId } from '../ids.ts';
import { prepareOperation, runOperation } from '../run-operation.ts';
import { eventually } from '../testing/eventually.ts';
import { testSubgraph, type TestSubgraph } from '../testing/test-subgraph.ts';
import type { Subgraph } from '../subgraph.ts';
import { anchorInFile, readAnchors, type Anchor } from './anchor.ts';
import { genesis, hashOf, recordColumnsText, type AuditRecord } from './record.ts';
import { verifyAudit } from './verify.ts';

// What leaves a trace, that a trace stays, and that nobody can change one without its being seen. With the visit subgraph.

let story: Story;
let gathering: TestSubgraph<Subgraph>;
/** As superuser: what a thief of the database could do. */
let admin: pg.Client;

beforeAll(async () => {
  story = await visitStory();
  gathering = await testSubgraph('patient', createPatientSubgraph);
  admin = new pg.Client({ connectionString: story.graph.databaseUrl });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await story[Symbol.asyncDispose]();
  await gathering[Symbol.asyncDispose]();
});

/** The records that the work left, without ids and instants. */
async function recordsOf(work: () => Promise<unknown>): Promise<Record<string, unknown>[]> {
  const { rows } = await admin.query<{ last: string | null }>('select max(id)::text as last from audit_event');
  await work();
  const left = await admin.query<Record<string, unknown>>(
    `select action, outcome, subject, role, purpose, patient_id, entities, request_id, break_glass_grant_id from audit_event where id > coalesce($1::text::bigint, 0) order by id`,
    [rows[0]?.last ?? null],
  );
  return left.rows;
}

const visitQuery = 'query ($id: ID!) { visit(id: $id) { id status note { id } } }';
const entitiesQuery = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Visit { id } ... on Patient { visits(first: 5) { edges { node { id } } } } } }`;

describe('what is looked at', () => {
  test('leaves one record per patient, by a field, a list or _entities', async () => {
    const patientId = newId('pat');
    const { visitId } = await story.plan({ patientId });
    const another = await story.plan({ patientId });
    const elsewhere = await story.plan({ patientId: newId('pat') });
    const { practitioner } = story;
    const seen = (patient: string, ...visits: string[]) => ({
      action: 'R',
      outcome: 'SUCCESS',
      subject: practitioner.caller.subject,
      role: 'PRACTITIONER',
      purpose: 'TREAT',
      patient_id: patient,
      entities: visits.map((id) => `Visit/${id}`),
      request_id: expect.stringMatching(/^test-/),
      break_glass_grant_id: null,
    });
    expect(await recordsOf(() => practitioner.execute(visitQuery, { id: visitId }))).toEqual([seen(patientId, visitId)]);
    const list = await recordsOf(() => practitioner.execute(entitiesQuery, { of: [{ __typename: 'Patient', id: patientId }] }));
    const all = { ...seen(patientId), entities: expect.arrayContaining([`Visit/${visitId}`, `Visit/${another.visitId}`]) as string[] };
    expect(list).toEqual([all]);
    const cursors = 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Patient { visits { pageInfo { endCursor } } } } }';
    const told = await recordsOf(() => practitioner.execute(cursors, { of: [{ __typename: 'Patient', id: patientId }] }));
    expect(told).toEqual([all]);
    const of = [visitId, elsewhere.visitId].map((id) => ({ __typename: 'Visit', id }));
    expect(await recordsOf(() => practitioner.execute(entitiesQuery, { of }))).toEqual([
      seen(patientId, visitId),
      seen(elsewhere.patientId, elsewhere.visitId),
    ]);
  });

  test('under an emergency access is marked with it', async () => {
    const { visitId, patientId } = await story.plan({ patientId: newId('pat') });
    await admin.query(`insert into break_glass_grant values ('btg_1', $1, $2, now(), now() + interval '1 hour')`, [
      patientId,
      story.practitionerId,
    ]);
    expect(await recordsOf(() => story.practitioner.execute(visitQuery, { id: visitId }))).toMatchObject([
      { purpose: 'ETREAT', break_glass_grant_id: 'btg_1' },
    ]);
    await admin.query('update break_glass_grant set ended_at = now()');
    expect(await recordsOf(() => story.practitioner.execute(visitQuery, { id: visitId }))).toMatchObject([
      { purpose: 'TREAT', break_glass_grant_id: null },
    ]);
  });

  test('by each event of a subscription leaves a record too', async () => {
    const { visitId, patientId } = await story.plan();
    const left = await recordsOf(async () => {
      await using visit = story.patient.subscribe('subscription ($id: ID!) { visitUpdated(visitId: $id) { id } }', { id: visitId });
      await visit.next();
    });
    expect(left).toMatchObject([{ action: 'R', patient_id: patientId, entities: [`Visit/${visitId}`] }]);
  });

  test('does not get out when no record can be written', async () => {
    const { visitId } = await story.plan();
    const { subgraph } = story.graph;
    const ask = () =>
      runOperation(
        subgraph,
        prepareOperation(subgraph.schema, visitQuery, undefined),
        { caller: story.patient.caller, requestId: 'r1', variables: { id: visitId } },
        pino({ level: 'silent' }),
      );
    await admin.query('alter table audit_event add constraint no_room check (false) not valid');
    try {
      const { data, errors } = await ask();
      expect(data).toBeUndefined();
      expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'SUBGRAPH_UNAVAILABLE' }]);
    } finally {
      await admin.query('alter table audit_event drop constraint no_room');
    }
    expect((await ask()).data).toMatchObject({ visit: { id: visitId } });
  });
});

describe('what is changed', () => {
  test('leaves a record in its own transaction, by whoever did it; the same again is a look at it', async () => {
    const { visitId, patientId } = await story.plan();
    const input = { visitId, idempotencyKey: key() };
    const { subject } = story.patient.caller;
    const change = { action: 'U', outcome: 'SUCCESS', subject, role: 'PATIENT', purpose: 'PATRQT', patient_id: patientId };
    const first = await recordsOf(() => story.step(story.patient, 'enterWaitingRoom', input));
    expect(first).toEqual(expect.arrayContaining([expect.objectContaining({ ...change, entities: [`Visit/${visitId}`] })]));
    expect(new Set(first.map(({ request_id }) => request_id)).size).toBe(1);
    const again = await recordsOf(() => story.step(story.patient, 'enterWaitingRoom', input));
    expect(again.map(({ action }) => action)).toEqual(['R']);
  });

  test('by an event names the service and the request that caused it', async () => {
    const left = await recordsOf(() => story.plan());
    expect(left[0]).toMatchObject({ action: 'C', subject: 'system:visit', role: 'SYSTEM', request_id: 'test' });
  });

  test('by SQL names the role of the database', async () => {
    const { visitId, patientId } = await story.plan();
    const left = await recordsOf(() => admin.query(`update visit set service_code = 'other' where id = $1`, [visitId]));
    expect(left).toMatchObject([
      { action: 'U', subject: 'database:postgres', role: 'DATABASE', patient_id: patientId, entities: [`Visit/${visitId}`] },
    ]);
  });

  test('by a refused mutation is nothing, and the refusal is on record', async () => {
    const { visitId } = await story.plan();
    const stranger = story.graph.as({ role: 'PATIENT', patientId: newId('pat') });
    const left = await recordsOf(() => story.step(stranger, 'enterWaitingRoom', { visitId, idempotencyKey: key() }));
    expect(left).toMatchObject([{ action: 'E', outcome: 'DENIED', subject: stranger.caller.subject, entities: [`Visit/${visitId}`] }]);
  });
});

/** Seals all there is. A record waits while an older transaction is open anywhere on the server, other tests' among them. */
const sealAll = ({ subgraph }: TestSubgraph<Subgraph>) =>
  eventually(
    async () => {
      await subgraph.seal();
      const { rows } = await subgraph.database.pool.query<{ left: number }>(
        'select count(*)::int as left from audit_event as e where not exists (select from audit_seal as s where s.xact = e.xact and s.audit_id = e.id)',
      );
      return rows[0]?.left;
    },
    (left) => left === 0,
  );

test.each(['audit_event', 'audit_seal'])('%s can only grow', async (table) => {
  await sealAll(story.graph);
  for (const statement of [`update ${table} set xact = xact`, `delete from ${table}`, `truncate ${table}`])
    await expect(admin.query(statement)).rejects.toThrow('only grows');
});

describe('a chain', () => {
  let anchors: Anchor[];
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'telemedicine-anchors-'));
    await story.plan();
    await sealAll(story.graph);
    const { rows } = await admin.query<{ sequence: number; hash: string }>(
      'select sequence::float8 as sequence, hash from audit_seal order by audit_seal.sequence desc limit 1',
    );
    const file = join(folder, 'anchors.jsonl');
    await anchorInFile(file)({
      subgraph: 'visit',
      sequence: rows[0]?.sequence ?? 0,
      hash: rows[0]?.hash ?? '',
      at: new Date().toISOString(),
    });
    anchors = await readAnchors(file);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const verdict = () => verifyAudit({ subgraph: 'visit', db: admin, anchors });
  /** What the verifier says after this was done by a superuser whom no trigger stops. */
  async function after(...statements: string[]): Promise<string[]> {
    await admin.query('begin');
    try {
      await admin.query('set local session_replication_role = replica');
      for (const statement of statements) await admin.query(statement);
      return (await verdict()).faults.map(({ message }) => message);
    } finally {
      await admin.query('rollback');
    }
  }

  test('that nobody touched is whole', async () => {
    expect(anchors[0]?.sequence).toBeGreaterThan(5);
    expect(await verdict()).toEqual({ subgraph: 'visit', sealed: anchors[0]?.sequence, faults: [] });
  });

  const third = '(select audit_id from audit_seal where sequence = 3)';
  const resealed = `update audit_seal set hash = 'x' || hash, previous_hash = 'x' || previous_hash where sequence > 3`;
  test.each<[string, string[], RegExp]>([
    ['a changed record', [`update audit_event set subject = 'nobody' where id = ${third}`], /record \d+ was changed/],
    ['a record that is another patient’s now', [`update audit_event set patient_id = 'pat_x' where id = ${third}`], /was changed/],
    ['a removed record', [`delete from audit_event where id = ${third}`], /record \d+ was removed/],
    [
      'a record removed with its seal',
      [`delete from audit_event where id = ${third}`, 'delete from audit_seal where sequence = 3'],
      /the seals 3 to 3 were removed/,
    ],
    [
      'a record removed with its seal, and the gap closed',
      [
        'delete from audit_seal where sequence = 3',
        'update audit_seal set sequence = -(sequence - 1) where sequence > 3',
        'update audit_seal set sequence = -sequence where sequence < 0',
      ],
      /does not follow|slipped in/,
    ],
    [
      'two records that changed places',
      [
        `update audit_seal set sequence = -4 where sequence = 3`,
        `update audit_seal set sequence = 3 where sequence = 4`,
        `update audit_seal set sequence = 4 where sequence = -4`,
      ],
      /does not follow/,
    ],
    [
      'a chain that was cut off',
      [
        'delete from audit_event where (xact, id) in (select xact, audit_id from audit_seal where sequence > 4)',
        'delete from audit_seal where sequence > 4',
      ],
      /the chain ends at 4; it was \d+ long when it was anchored/,
    ],
    ['a chain that was sealed anew', [resealed], /sealed anew|does not follow/],
    [
      'a record that was slipped in',
      [
        `insert into audit_event (xact, action, outcome, subject, role, purpose, entities, entity_count, request_id)
         select xact, 'R', 'SUCCESS', 'eve', 'SYSTEM', 'TREAT', '{}', 0, 'r' from audit_seal where sequence = 1`,
      ],
      /slipped in/,
    ],
    [
      'a record that was never sealed',
      [
        `insert into audit_event (xact, recorded_at, action, outcome, subject, role, purpose, entities, entity_count, request_id)
         select (xact::text::bigint + 1)::text::xid8, now() - interval '1 minute', 'R', 'SUCCESS', 'eve', 'SYSTEM', 'TREAT', '{}', 0, 'r' from audit_seal order by sequence desc limit 1`,
      ],
      /wait for their seal/,
    ],
  ])('shows %s', async (_, statements, message) => {
    expect((await after(...statements)).join('\n')).toMatch(message);
  });

  test('that was rewritten from a record on, every hash in place, is not the one that was anchored', async () => {
    await admin.query('begin; set local session_replication_role = replica');
    try {
      await admin.query(`update audit_event set subject = 'nobody' where id = ${third}`);
      const { rows } = await admin.query<AuditRecord>(
        `select ${recordColumnsText} from audit_seal as s join audit_event as e on e.xact = s.xact and e.id = s.audit_id order by s.sequence`,
      );
      let previous = genesis('visit');
      for (const [index, record] of rows.entries()) {
        const hash = hashOf(previous, record);
        await admin.query('update audit_seal set previous_hash = $2, hash = $3 where sequence = $1', [index + 1, previous, hash]);
        previous = hash;
      }
      expect((await verifyAudit({ subgraph: 'visit', db: admin, anchors: [] })).faults).toEqual([]);
      expect((await verdict()).faults.map(({ message }) => message)).toEqual([expect.stringMatching(/it was sealed anew/)]);
    } finally {
      await admin.query('rollback');
    }
  });
});

test('records of all services come together, once and in order, for the patient and the privacy officer', async () => {
  const register = `mutation ($input: RegisterPatientInput!) { registerPatient(input: $input) { patient { id } userErrors { code } } }`;
  const { registerPatient } = await gathering
    .as({ role: 'FRONT_DESK' })
    .execute<{ registerPatient: { patient: { id: string } } }>(register, {
      input: { name: { family: 'Moss', given: ['Ada'] }, gender: 'FEMALE', birthDate: '1990-01-01', idempotencyKey: key() },
    });
  const patientId = registerPatient.patient.id;
  const { visitId } = await story.plan({ patientId });
  await story.practitioner.execute(visitQuery, { id: visitId });
  await story.graph.as({ role: 'BILLER', purpose: 'HRESCH' }).execute('query ($id: ID!) { visit(id: $id) { id } }', { id: visitId });
  await sealAll(story.graph);
  const events = await story.graph.emitted('visit.audited');
  for (const { data, subject } of events) await gathering.receive('visit.audited', subject, data);
  await sealAll(gathering);

  const { patient } = await gathering
    .as({ role: 'PATIENT', patientId })
    .execute<{ patient: Record<string, { edges: { node: object }[] }> }>(
      `query ($id: ID!) { patient(id: $id) {
      accessHistory(first: 10) { edges { node { subject role action purpose kinds breakGlass } } }
      disclosures { edges { node { purpose kinds } } } } }`,
      { id: patientId },
    );
  const history = patient['accessHistory']?.edges.map(({ node }) => node);
  const { subject } = story.practitioner.caller;
  const look = { role: 'PRACTITIONER', subject, action: 'READ', purpose: 'TREAT', kinds: ['Visit'], breakGlass: false };
  expect(history).toEqual(
    expect.arrayContaining([look, expect.objectContaining({ role: 'FRONT_DESK', action: 'CREATE', kinds: ['Patient'] })]),
  );
  expect(history?.filter((one) => 'role' in one && one.role === 'SYSTEM')).toEqual([]);
  expect(patient['disclosures']?.edges.map(({ node }) => node)).toEqual([{ purpose: 'HRESCH', kinds: ['Visit'] }]);

  const officer = gathering.as({ role: 'PRIVACY_OFFICER' });
  const search = `query ($filter: AuditEventFilter) { auditEvents(filter: $filter, first: 5) { edges { node { service sequence subject patientId } } } }`;
  const found = await officer.execute<{ auditEvents: { edges: { node: object }[] } }>(search, {
    filter: { patientId, subject, action: 'READ' },
  });
  expect(found.auditEvents.edges.map(({ node }) => node)).toEqual([{ service: 'visit', sequence: expect.any(Number), subject, patientId }]);
  await sealAll(gathering);
  const own = await officer.execute<{ auditEvents: { edges: unknown[] } }>(search, {
    filter: { patientId, subject: officer.caller.subject },
  });
  expect(own.auditEvents.edges).toHaveLength(1);
  const stranger = gathering.as({ role: 'PRACTITIONER', practitionerId: newId('prc') });
  expect(await stranger.execute(search)).toEqual({ auditEvents: null });

  const copies = new pg.Client({ connectionString: gathering.databaseUrl });
  await copies.connect();
  try {
    expect((await verifyAudit({ subgraph: 'visit', db: admin, anchors: [], copies })).faults).toEqual([]);
    expect((await verifyAudit({ subgraph: 'patient', db: copies, anchors: [], copies })).faults).toEqual([]);
    await copies.query('begin; set local session_replication_role = replica');
    await copies.query(`update gathered_audit_event set subject = 'nobody' where source = 'visit' and sequence = 2`);
    const { faults } = await verifyAudit({ subgraph: 'visit', db: admin, anchors: [], copies });
    expect(faults).toEqual([{ sequence: 2, message: 'the copy that was handed on was changed' }]);
    await copies.query(`delete from gathered_audit_event where source = 'visit' and sequence = 2`);
    const { faults: afterwards } = await verifyAudit({ subgraph: 'visit', db: admin, anchors: [], copies });
    expect(afterwards).toEqual([{ sequence: 2, message: 'the copy that was handed on was removed' }]);
    await copies.query('rollback');
  } finally {
    await copies.end();
  }
});
