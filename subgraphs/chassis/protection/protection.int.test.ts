import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createPatientSubgraph } from '../../patient/server.ts';
import { createVisitSubgraph } from '../../visit/server.ts';
import { protectedTables } from '../../visit/protected-columns.ts';
import { visitStory, type Story } from '../../visit/testing/story.ts';
import { migrateDatabase, readMigrations } from '../migrations.ts';
import { testSubgraph } from '../testing/test-subgraph.ts';
import { DataKeys } from './data-keys.ts';
import { configuredKeys } from './configured-keys.ts';
import { renewDataKeys, rewrapDataKeys } from './rotate-keys.ts';
import { sealTableAnew } from './seal-anew.ts';
import { withProtection } from './with-protection.ts';
import type { Protection } from './protection.ts';

const kek = (letter: string) => `${letter}=${Buffer.alloc(32, letter).toString('base64url')}`;
const save = `mutation ($input: SaveNoteDraftInput!) { saveNoteDraft(input: $input) { note { id plan } userErrors { message } } }`;
const readNote = `query ($id: ID!) { visit(id: $id) { note { plan addenda { text } } } }`;

/** The subgraph's encryption as another process would open it. */
const opened = <R>(databaseUrl: string, env: NodeJS.ProcessEnv, work: (protection: Protection) => Promise<R>): Promise<R> =>
  withProtection({ subgraph: 'visit', databaseUrl, tables: protectedTables, env }, work);

describe('in a running subgraph', () => {
  let story: Story;
  let pool: pg.Pool;
  beforeAll(async () => {
    story = await visitStory();
    ({ pool } = story.graph.subgraph.database);
  });
  afterAll(() => story[Symbol.asyncDispose]());

  async function noteWith(plan: string): Promise<{ visitId: string; noteId: string }> {
    const { visitId } = await story.visitThatIs('FINISHED');
    const answer = await story.practitioner.execute<{ saveNoteDraft: { note: { id: string } } }>(save, {
      input: { idempotencyKey: visitId, visitId, plan },
    });
    return { visitId, noteId: answer.saveNoteDraft.note.id };
  }

  test('what is stored is cipher text, and moved to another row it does not open', async () => {
    const [one, two] = [await noteWith('Rest at home'), await noteWith('Walk a lot')];
    const { rows } = await pool.query<{ plan: string }>('select plan from clinical_note where id = $1', [one.noteId]);
    expect(rows[0]?.plan).toMatch(/^v1\.1\./);
    await pool.query('update clinical_note set plan = $1 where id = $2', [rows[0]?.plan, two.noteId]);
    const { errors } = await story.practitioner.run(readNote, { id: two.visitId });
    expect(errors).toHaveLength(1);
    await pool.query('update clinical_note set plan = null where id = $1', [two.noteId]);
    const { visit } = await story.practitioner.execute<{ visit: { note: unknown } }>(readNote, { id: one.visitId });
    expect(visit.note).toEqual({ plan: 'Rest at home', addenda: [] });
  });

  test('plain text is refused by the database, also where nobody thought of sealing it', async () => {
    const { noteId } = await noteWith('Rest');
    await expect(pool.query(`update clinical_note set plan = 'Walk' where id = $1`, [noteId])).rejects.toThrow('clinical_note_plan_sealed');
  });

  test('the guards let a signed note be sealed anew, and nothing else', async () => {
    const { noteId } = await noteWith('Rest');
    const sign = 'mutation ($input: SignNoteInput!) { signNote(input: $input) { userErrors { message } } }';
    expect(await story.practitioner.execute(sign, { input: { idempotencyKey: noteId, noteId } })).toEqual({ signNote: { userErrors: [] } });
    const client = await pool.connect();
    try {
      for (const change of ['plan = null', `revision = 9`, 'plan = plan, author_id = author_id, content_hash = repeat($$0$$, 64)']) {
        await client.query('begin');
        await client.query(`select set_config('chassis.seal_anew', 'on', true)`);
        await expect(client.query(`update clinical_note set ${change} where id = $1`, [noteId]), change).rejects.toThrow('cannot change');
        await client.query('rollback');
      }
    } finally {
      client.release();
    }
    await expect(pool.query('delete from data_key')).rejects.toThrow('kept for good');
  });

  test('the keys of a hundred patients are read in one statement, and two that make the first key of one agree', async () => {
    const management = configuredKeys('visit', {});
    const statements: string[] = [];
    const counted = {
      query: (asked: { text?: string } | string, ...rest: unknown[]) => {
        statements.push(typeof asked === 'string' ? asked : (asked.text ?? ''));
        return pool.query(asked as string, ...(rest as [unknown[]]));
      },
    } as unknown as pg.Pool;
    const patients = Array.from({ length: 100 }, (_, index) => `pat_many_${index}`);
    const [one, two, later] = [0, 0, 0].map(() => new DataKeys('visit', counted, management));
    const [mine, theirs] = await Promise.all([one?.forWriting(patients), two?.forWriting(patients)]);
    statements.length = 0;
    const read = await later?.forReading(patients);
    await later?.forReading(patients);
    expect(statements).toHaveLength(1);
    for (const patient of patients) {
      expect(mine?.get(patient)?.newest.key.export()).toEqual(theirs?.get(patient)?.newest.key.export());
      expect(read?.get(patient)?.newest.version).toBe(1);
    }
    for (const keys of [one, two, later]) keys?.close();
  });

  test('an old key gets a successor at the next writing, and still opens', async () => {
    const management = configuredKeys('visit', {});
    const keys = new DataKeys('visit', pool, management, { replaceAfterMs: -60_000 });
    const first = (await keys.forWriting(['pat_yearly'])).get('pat_yearly');
    const next = (await keys.forWriting(['pat_yearly'])).get('pat_yearly');
    expect(next?.newest.version).toBe((first?.newest.version ?? 0) + 1);
    expect([...(next?.byVersion.keys() ?? [])]).toEqual(expect.arrayContaining([1, next?.newest.version]));
    keys.close();
  });

  test('keys are rotated while notes are read and written; none of it fails', async () => {
    const notes = await Promise.all(Array.from({ length: 4 }, (_, index) => noteWith(`Plan ${index}`)));
    const { databaseUrl } = story.graph;
    const development = `development=${createHash('sha256').update('a key-encryption key for development only').digest('base64url')}`;
    const both = { DATA_KEKS: `${kek('n')},${development}` };
    // Started anew with both keys, as the manual says; the first process goes on as a straggler until the end.
    const replica = await testSubgraph('visit', createVisitSubgraph, { env: both, replicaOf: story.graph });
    try {
      const caller = replica.as({ role: 'PRACTITIONER', practitionerId: story.practitionerId });
      let rotating = true;
      let calls = 0;
      const busy = notes.map(async ({ visitId }, who) => {
        for (let turn = 0; rotating || turn < 3; turn++) {
          const plan = `Plan ${who}, turn ${turn}`;
          const written = await caller.execute<{ saveNoteDraft: { note: { plan: string } } }>(save, {
            input: { idempotencyKey: `${visitId} ${turn}`, visitId, plan },
          });
          expect(written.saveNoteDraft.note.plan).toBe(plan);
          const read = await caller.execute<{ visit: { note: { plan: string } } }>(readNote, { id: visitId });
          expect(read.visit.note.plan).toBe(plan);
          calls += 2;
        }
      });
      const rotated = await opened(databaseUrl, both, async (protection) => {
        const told: string[] = [];
        const wrapping = await rewrapDataKeys(protection, (step) => told.push(step));
        const renewed = await renewDataKeys(protection, new Date(Date.now() + 60_000), (step) => told.push(step));
        expect(told.join('\n')).toContain('clinical_note:');
        return { wrapping, renewed };
      });
      rotating = false;
      await Promise.all(busy);
      expect(calls).toBeGreaterThan(20);
      expect(rotated.wrapping).toMatchObject({ left: 0 });
      expect(rotated.renewed.patients).toBeGreaterThan(100);
      // What was written meanwhile with a key that a process remembered: the second time finds it.
      const again = await opened(databaseUrl, { DATA_KEKS: kek('n') }, (protection) =>
        renewDataKeys(protection, new Date(0), () => undefined),
      );
      expect(again).toMatchObject({ patients: 0, left: 0 });
    } finally {
      await replica.subgraph.close();
    }
  });

  test('a key-encryption key that something is wrapped with cannot go unnoticed', async () => {
    const start = (env: NodeJS.ProcessEnv) =>
      createVisitSubgraph({
        databaseUrl: story.graph.databaseUrl,
        log: pino({ level: 'silent' }),
        courier: { deliver: async () => [] },
        env,
      });
    await expect(start({ DATA_KEKS: kek('x') })).rejects.toThrow('DATA_KEKS of visit lacks the key n, which data keys are wrapped with');
    await expect(start({ DATA_KEKS: `n=${Buffer.alloc(32, 'x').toString('base64url')}` })).rejects.toThrow(
      'The key n in DATA_KEKS of visit is not the one',
    );
  });
});

describe('rows of before', () => {
  const isOld = ({ name }: { name: string }) => name < '20261128000030';

  async function withOldDatabase(name: 'visit' | 'patient', work: (url: string, client: pg.Client) => Promise<void>): Promise<void> {
    const admin = new pg.Client({ connectionString: inject('adminUrl') });
    await admin.connect();
    const database = `test_old_${name}_${randomBytes(4).toString('hex')}`;
    await admin.query(`create database ${database}`);
    const url = Object.assign(new URL(inject('adminUrl')), { pathname: `/${database}` }).href;
    const client = new pg.Client({ connectionString: url });
    try {
      await migrateDatabase(name, url, readMigrations(name).filter(isOld));
      await client.connect();
      await work(url, client);
    } finally {
      await client.end();
      await admin.query(`drop database ${database} with (force)`);
      await admin.end();
    }
  }

  const start = { log: pino({ level: 'silent' }), courier: { deliver: async () => [] }, env: {} };

  test('signed notes and their addenda are encrypted before the first request, wherever an earlier try has stopped', () =>
    withOldDatabase('visit', async (databaseUrl, client) => {
      await client.query(`
        insert into visit (id, appointment_id, patient_id, practitioner_id, service_code, status, status_since, planned_start_at, planned_end_at, started_at, ended_at, created_at)
        select 'vis_' || n, 'apt_' || n, 'pat_' || n % 7, 'prc_1', 'video', 'FINISHED', now(), now(), now() + interval '1 hour', now(), now(), now() from generate_series(1, 210) as n;
        insert into visit_status_history select id, 1, 'FINISHED', status_since, null from visit;
        insert into clinical_note (id, visit_id, patient_id, author_id, revision, subjective, plan, created_at, updated_at, signed_at, signed_by_id, content_hash)
        select replace(id, 'vis', 'nte'), id, patient_id, 'prc_1', 1, 'Coughs. ' || id, 'Rest.', now(), now(), now(), 'prc_1', repeat('a', 64) from visit;
        insert into note_addendum (id, note_id, author_id, text, created_at, content_hash)
        select replace(id, 'nte', 'add'), id, 'prc_1', 'Well again. ' || id, now(), repeat('b', 64) from clinical_note`);
      await migrateDatabase('visit', databaseUrl);
      const before = await client.query(`select to_jsonb(n) - array['subjective', 'plan'] as rest from clinical_note as n order by id`);
      await opened(databaseUrl, {}, async ({ pool, keys, ...rows }) => {
        const [notes] = protectedTables;
        const crash = () => {
          throw new Error('stopped half way');
        };
        if (notes) await expect(sealTableAnew(notes, { subgraph: 'visit', pool, keys, rows, progress: crash })).rejects.toThrow('half way');
      });
      expect((await client.query('select from clinical_note where is_sealed(plan)')).rowCount).toBe(200);

      await using graph = {
        subgraph: await createVisitSubgraph({ ...start, databaseUrl }),
        [Symbol.asyncDispose]: () => graph.subgraph.close(),
      };
      const left = `select from clinical_note where not (is_sealed(subjective) and is_sealed(plan)) union all select from note_addendum where not is_sealed(text)`;
      expect((await client.query(left)).rowCount).toBe(0);
      expect((await client.query('select from pg_constraint where not convalidated')).rowCount).toBe(0);
      const after = await client.query(`select to_jsonb(n) - array['subjective', 'plan'] as rest from clinical_note as n order by id`);
      expect(after.rows).toEqual(before.rows);
      const context = graph.subgraph.context({ caller: { role: 'SYSTEM', subject: 'test', scopes: [] }, requestId: 'old-rows' });
      expect(await context.notes.load('nte_210')).toMatchObject({ subjective: 'Coughs. vis_210', objective: null, plan: 'Rest.' });
      expect(await context.addenda.load('nte_1')).toMatchObject([{ text: 'Well again. nte_1', patientId: 'pat_1' }]);
    }));

  test('identifiers are found and refused as before, by their blind index', () =>
    withOldDatabase('patient', async (databaseUrl, client) => {
      await client.query(`
        insert into patient (id, family, given, family_key, given_key, gender, birth_date, registered_at, updated_at)
        values ('pat_1', 'Lovelace', '{Ada}', 'lovelace', 'ada', 'FEMALE', '1990-12-10', now(), now());
        insert into patient_identifier (system, value, patient_id, position) values ('urn:ssn', '078-05-1120', 'pat_1', 0), ('urn:mrn', 'M1', 'pat_1', 1);
        insert into allergy_intolerance (id, patient_id, substance_code, substance_text, type, category, criticality, clinical_status, verification_status, reactions, recorded_by, recorded_at, updated_at)
        values ('alg_1', 'pat_1', 'class:penicillins', 'Penicillins', 'ALLERGY', 'MEDICATION', 'HIGH', 'ACTIVE', 'CONFIRMED', '[{"manifestation": "Hives", "severity": "MILD"}]', 'PATIENT', now(), now())`);
      await migrateDatabase('patient', databaseUrl);
      const subgraph = await createPatientSubgraph({ ...start, databaseUrl });
      try {
        const { rows } = await client.query<{ value: string; value_index: string }>('select value, value_index from patient_identifier');
        for (const row of rows) expect(`${row.value} ${row.value_index}`).toMatch(/^v1\.1\.\S+ [\w-]{43}$/);
        const context = subgraph.context({ caller: { role: 'SYSTEM', subject: 'test', scopes: [] }, requestId: 'old-rows' });
        expect((await context.loaders.patient.load('pat_1'))?.identifiers).toMatchObject([{ value: '078-05-1120' }, { value: 'M1' }]);
        expect(await context.loaders.allergy.load('alg_1')).toMatchObject({
          substanceText: 'Penicillins',
          reactions: [{ manifestation: 'Hives', severity: 'MILD' }],
        });
      } finally {
        await subgraph.close();
      }
    }));
});
