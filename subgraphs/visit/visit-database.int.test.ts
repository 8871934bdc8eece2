import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#chassis/ids.ts';
import { key, visitStory, type Story } from './testing/story.ts';

// What must never happen is prevented by the database, whatever the code above it does.

let story: Story;
beforeAll(async () => void (story = await visitStory()));
afterAll(() => story[Symbol.asyncDispose]());

const sql = (text: string, values: unknown[] = []) => story.graph.subgraph.database.pool.query(text, values);

async function signedNoteOf(visitId: string): Promise<string> {
  const save = `mutation ($input: SaveNoteDraftInput!) { saveNoteDraft(input: $input) { note { id } } }`;
  const sign = `mutation ($input: SignNoteInput!) { signNote(input: $input) { note { status } } }`;
  const add = `mutation ($input: AddNoteAddendumInput!) { addNoteAddendum(input: $input) { note { status } } }`;
  const { saveNoteDraft } = await story.practitioner.execute<{ saveNoteDraft: { note: { id: string } } }>(save, {
    input: { idempotencyKey: key(), visitId, plan: 'Rest' },
  });
  const noteId = saveNoteDraft.note.id;
  await story.practitioner.execute(sign, { input: { idempotencyKey: key(), noteId } });
  const answer = await story.practitioner.execute(add, { input: { idempotencyKey: key(), noteId, text: 'Well again' } });
  expect(answer).toEqual({ addNoteAddendum: { note: { status: 'AMENDED' } } });
  return noteId;
}

describe('a signed note', () => {
  test.each([
    ['its text', "update clinical_note set plan = 'Surgery' where id = $1"],
    ['its signer', "update clinical_note set signed_by_id = 'prc_other', author_id = 'prc_other' where id = $1"],
    ['its signature', 'update clinical_note set signed_at = null, signed_by_id = null, content_hash = null where id = $1'],
    ['the note', 'delete from clinical_note where id = $1'],
    ['an addendum', "update note_addendum set text = 'x' where note_id = $1"],
    ['the addenda', 'delete from note_addendum where note_id = $1'],
  ])('cannot lose or change %s', async (_what, statement) => {
    const { visitId } = await story.visitThatIs('FINISHED');
    const noteId = await signedNoteOf(visitId);
    await expect(sql(statement, [noteId])).rejects.toThrow(/signed and cannot change|never deleted|cannot change/);
  });

  test('needs a finished visit', async () => {
    const { visitId } = await story.visitThatIs('IN_PROGRESS');
    const insert = `insert into clinical_note (id, visit_id, patient_id, author_id, revision, plan, created_at, updated_at, signed_at, signed_by_id, content_hash)
      values ($1, $2, $3, $4, 1, 'x', now(), now(), now(), $4, repeat('0', 64))`;
    await expect(sql(insert, [newId('nte'), visitId, story.patientId, story.practitionerId])).rejects.toThrow(/not finished/);
  });

  test('is signed by its author only, and with all that a signature is', async () => {
    const { visitId } = await story.visitThatIs('FINISHED');
    const insert = `insert into clinical_note (id, visit_id, patient_id, author_id, revision, created_at, updated_at, signed_at, signed_by_id, content_hash)
      values ($1, $2, $3, $4, 1, now(), now(), now(), $5, $6)`;
    const values = [newId('nte'), visitId, story.patientId, story.practitionerId];
    await expect(sql(insert, [...values, 'prc_other', '0'.repeat(64)])).rejects.toThrow(/signed_by_author/);
    await expect(sql(insert, [...values, null, null])).rejects.toThrow(/signed_whole/);
    await expect(sql(insert, [...values, story.practitionerId, 'no hash'])).rejects.toThrow(/hash_form/);
  });
});

test('an addendum below a draft is refused', async () => {
  const { visitId } = await story.visitThatIs('FINISHED');
  const noteId = newId('nte');
  await sql(
    `insert into clinical_note (id, visit_id, patient_id, author_id, revision, created_at, updated_at) values ($1, $2, 'pat_x', 'prc_x', 1, now(), now())`,
    [noteId, visitId],
  );
  await expect(
    sql(
      `insert into note_addendum (id, note_id, author_id, text, created_at, content_hash) values ($1, $2, 'prc_x', 'x', now(), repeat('0', 64))`,
      [newId('add'), noteId],
    ),
  ).rejects.toThrow(/is not signed/);
});

describe('the history of states', () => {
  const inOneTransaction = async (...statements: string[]) => {
    const connection = await story.graph.subgraph.database.pool.connect();
    try {
      await connection.query('begin');
      for (const statement of statements) await connection.query(statement);
      await connection.query('commit');
    } finally {
      await connection.query('rollback');
      connection.release();
    }
  };

  test.each<[string, (id: string) => string[], RegExp]>([
    ['a status without a period', (id) => [`update visit set status = 'ARRIVED' where id = '${id}'`], /gap or disagrees/],
    [
      'a gap',
      (id) => [
        `update visit set status = 'ARRIVED', status_since = now() + interval '1 minute' where id = '${id}'`,
        `update visit_status_history set ended_at = now() where visit_id = '${id}'`,
        `insert into visit_status_history values ('${id}', 2, 'ARRIVED', now() + interval '1 minute', null)`,
      ],
      /gap or disagrees/,
    ],
    [
      'an overlap',
      (id) => [
        `update visit_status_history set ended_at = now() + interval '1 minute' where visit_id = '${id}'`,
        `insert into visit_status_history values ('${id}', 2, 'ARRIVED', now(), null)`,
      ],
      /no_overlap/,
    ],
    [
      'a second open period',
      (id) => [`insert into visit_status_history values ('${id}', 2, 'ARRIVED', now(), null)`],
      /one_open|no_overlap/,
    ],
    [
      'a number left out',
      (id) => [
        `update visit set status = 'ARRIVED', status_since = date_trunc('second', now()) + interval '1 hour' where id = '${id}'`,
        `update visit_status_history set ended_at = date_trunc('second', now()) + interval '1 hour' where visit_id = '${id}'`,
        `insert into visit_status_history values ('${id}', 3, 'ARRIVED', date_trunc('second', now()) + interval '1 hour', null)`,
      ],
      /gap or disagrees/,
    ],
    [
      'another status in the past',
      (id) => [`update visit_status_history set status = 'ARRIVED' where visit_id = '${id}'`],
      /only be ended/,
    ],
    ['no past', (id) => [`delete from visit_status_history where visit_id = '${id}'`], /never deleted/],
  ])('never has %s', async (_what, statements, message) => {
    const { visitId } = await story.plan();
    await expect(inOneTransaction(...statements(visitId))).rejects.toThrow(message);
  });

  test('takes a step that is whole', async () => {
    const { visitId } = await story.plan();
    await inOneTransaction(
      `update visit set status = 'ARRIVED', status_since = date_trunc('second', now()) + interval '1 hour' where id = '${visitId}'`,
      `update visit_status_history set ended_at = date_trunc('second', now()) + interval '1 hour' where visit_id = '${visitId}'`,
      `insert into visit_status_history values ('${visitId}', 2, 'ARRIVED', date_trunc('second', now()) + interval '1 hour', null)`,
    );
    const { rows } = await sql('select status from visit where id = $1', [visitId]);
    expect(rows).toEqual([{ status: 'ARRIVED' }]);
  });
});

test.each([
  [
    'two visits of one appointment',
    'update visit set appointment_id = (select appointment_id from visit where id <> $1 limit 1) where id = $1',
    /appointment_id/,
  ],
  [
    'an end before the start',
    "update visit set planned_end_at = planned_start_at - interval '1 minute' where id = $1",
    /planned_end_after_start/,
  ],
  ['a start without admission', 'update visit set started_at = now() where id = $1', /started_when_admitted/],
  ['an end without finishing', 'update visit set ended_at = now() where id = $1', /ended_when_finished/],
  ['a reason without cancellation', "update visit set cancellation_reason = 'OTHER' where id = $1", /reason_when_cancelled/],
  ['no trace', 'delete from visit where id = $1', /never deleted/],
])('a visit never has %s', async (_what, statement, message) => {
  await story.plan();
  const { visitId } = await story.plan();
  await expect(sql(statement, [visitId])).rejects.toThrow(message);
});

test('nobody is in a visit twice at a time', async () => {
  const { visitId } = await story.visitThatIs('ARRIVED');
  await expect(sql("insert into visit_presence values ($1, 2, 'PATIENT', $2, now(), null)", [visitId, story.patientId])).rejects.toThrow(
    /presence_no_overlap/,
  );
});
