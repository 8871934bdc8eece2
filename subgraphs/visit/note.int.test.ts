import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestCaller } from '#chassis/testing/test-subgraph.ts';
import { key, visitStory, type Story, type UserErrorView } from './testing/story.ts';

let story: Story;
beforeAll(async () => void (story = await visitStory()));
afterAll(() => story[Symbol.asyncDispose]());

const fields = `
  id status revision subjective objective assessment plan createdAt updatedAt signedAt contentHash
  visit { id } author { id } signedBy { id } addenda { id text createdAt contentHash author { id } }`;

interface Note {
  id: string;
  status: string;
  revision: number;
  subjective: string | null;
  objective: string | null;
  assessment: string | null;
  plan: string | null;
  signedAt: string | null;
  contentHash: string | null;
  signedBy: { id: string } | null;
  addenda: { id: string; text: string; createdAt: string; contentHash: string }[];
}
interface Answer {
  note: Note | null;
  userErrors: UserErrorView[];
}

async function call(
  as: TestCaller,
  name: 'saveNoteDraft' | 'signNote' | 'addNoteAddendum',
  input: Record<string, unknown>,
): Promise<Answer> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const document = `mutation ($input: ${type}!) { ${name}(input: $input) { note { ${fields} } userErrors { code path currentState allowedStates } } }`;
  return (await as.execute<Record<string, Answer>>(document, { input: { idempotencyKey: key(), ...input } }))[name] as Answer;
}

const noteOf = async (as: TestCaller, visitId: string): Promise<Note | null> =>
  (await as.execute<{ visit: { note: Note | null } }>(`query ($id: ID!) { visit(id: $id) { note { ${fields} } } }`, { id: visitId })).visit
    .note;

async function draftFor(visitId: string, sections: Record<string, unknown> = { assessment: 'Common cold', plan: 'Rest' }): Promise<Note> {
  const { note, userErrors } = await call(story.practitioner, 'saveNoteDraft', { visitId, ...sections });
  if (!note) throw new Error(`no draft: ${JSON.stringify(userErrors)}`);
  return note;
}

async function signedNote(): Promise<{ note: Note; visitId: string }> {
  const { visitId } = await story.visitThatIs('FINISHED');
  const { id: noteId } = await draftFor(visitId);
  const { note, userErrors } = await call(story.practitioner, 'signNote', { noteId });
  if (!note) throw new Error(`not signed: ${JSON.stringify(userErrors)}`);
  return { note, visitId };
}

describe('a draft', () => {
  test.each(['IN_PROGRESS', 'ONLEAVE', 'FINISHED'] as const)('is written while the visit is %s', async (status) => {
    const { visitId } = await story.visitThatIs(status);
    expect(await draftFor(visitId)).toMatchObject({
      status: 'PRELIMINARY',
      revision: 1,
      plan: 'Rest',
      subjective: null,
      signedAt: null,
      contentHash: null,
    });
  });

  test.each(['PLANNED', 'ARRIVED', 'CANCELLED'] as const)('is refused while the visit is %s', async (status) => {
    const { visitId } = await story.visitThatIs(status);
    const { note, userErrors } = await call(story.practitioner, 'saveNoteDraft', { visitId, plan: 'Rest' });
    expect(note).toBeNull();
    expect(userErrors).toMatchObject([{ code: 'ILLEGAL_STATE', path: ['visitId'], currentState: status }]);
  });

  test('saving replaces the whole draft and counts the revision', async () => {
    const { visitId } = await story.visitThatIs('IN_PROGRESS');
    const first = await draftFor(visitId, { subjective: 'Cough', plan: 'Rest' });
    const second = await draftFor(visitId, { plan: 'Rest and tea' });
    expect(second).toMatchObject({ id: first.id, revision: 2, subjective: null, plan: 'Rest and tea' });
  });

  test('two windows do not overwrite each other', async () => {
    const { visitId } = await story.visitThatIs('IN_PROGRESS');
    await draftFor(visitId, { expectedRevision: 0, plan: 'one' });
    await draftFor(visitId, { expectedRevision: 1, plan: 'two' });
    const late = await call(story.practitioner, 'saveNoteDraft', { visitId, expectedRevision: 1, plan: 'three' });
    expect(late.userErrors).toMatchObject([{ code: 'CONFLICT', path: ['expectedRevision'] }]);
    expect((await noteOf(story.practitioner, visitId))?.plan).toBe('two');
  });

  test('the first save sent 10 times at once makes one note', async () => {
    const { visitId } = await story.visitThatIs('IN_PROGRESS');
    const input = { idempotencyKey: key(), visitId, plan: 'Rest' };
    const answers = await Promise.all(Array.from({ length: 10 }, () => call(story.practitioner, 'saveNoteDraft', input)));
    expect(new Set(answers.map(({ note }) => note?.id)).size).toBe(1);
    expect(answers.every(({ note }) => note?.revision === 1)).toBe(true);
  });

  test('too long a section is named', async () => {
    const { visitId } = await story.visitThatIs('IN_PROGRESS');
    const { userErrors } = await call(story.practitioner, 'saveNoteDraft', { visitId, objective: 'a'.repeat(20_001) });
    expect(userErrors).toMatchObject([{ code: 'INVALID_INPUT', path: ['objective'] }]);
  });
});

describe('signing', () => {
  test('waits for the end of the visit', async () => {
    const { visitId } = await story.visitThatIs('IN_PROGRESS');
    const { id: noteId } = await draftFor(visitId);
    const { userErrors } = await call(story.practitioner, 'signNote', { noteId });
    expect(userErrors).toMatchObject([{ code: 'ILLEGAL_STATE', currentState: 'IN_PROGRESS', allowedStates: ['ONLEAVE', 'FINISHED'] }]);
  });

  test('fixes signer, time and a hash that anybody who reads the note can check', async () => {
    const { note, visitId } = await signedNote();
    expect(note).toMatchObject({ status: 'FINAL', signedBy: { id: story.practitionerId } });
    const read = await noteOf(story.patient, visitId);
    expect(read).toEqual(note);
    const { subjective, objective, assessment, plan, revision, signedAt, id: noteId } = note;
    const [authorId, signedBy, patientId] = [story.practitionerId, story.practitionerId, story.patientId];
    const content = { assessment, authorId, noteId, objective, patientId, plan, revision, signedAt, signedBy, subjective, visitId };
    expect(note.contentHash).toBe(createHash('sha256').update(JSON.stringify(content)).digest('hex'));
    expect((await story.graph.emitted('note.signed')).at(-1)?.data).toMatchObject({ visitId, noteId });
  });

  test('makes the note immutable', async () => {
    const { note, visitId } = await signedNote();
    const saved = await call(story.practitioner, 'saveNoteDraft', { visitId, plan: 'Surgery' });
    expect(saved.userErrors).toMatchObject([{ code: 'SIGNED_IMMUTABLE' }]);
    const again = await call(story.practitioner, 'signNote', { noteId: note.id });
    expect(again.userErrors).toMatchObject([{ code: 'ILLEGAL_STATE', currentState: 'FINAL', allowedStates: ['AMENDED'] }]);
    expect(await noteOf(story.practitioner, visitId)).toEqual(note);
  });

  test('refuses an empty note, and a revision that the signer has not read', async () => {
    const { visitId } = await story.visitThatIs('FINISHED');
    const { id: noteId } = await draftFor(visitId, {});
    expect((await call(story.practitioner, 'signNote', { noteId })).userErrors).toMatchObject([{ code: 'INVALID_INPUT' }]);
    await draftFor(visitId, { plan: 'Rest' });
    expect((await call(story.practitioner, 'signNote', { noteId, expectedRevision: 1 })).userErrors).toMatchObject([{ code: 'CONFLICT' }]);
    expect((await call(story.practitioner, 'signNote', { noteId, expectedRevision: 2 })).note?.status).toBe('FINAL');
  });

  test('ten signatures at once are one', async () => {
    const { visitId } = await story.visitThatIs('FINISHED');
    const { id: noteId } = await draftFor(visitId);
    const answers = await Promise.all(Array.from({ length: 10 }, () => call(story.practitioner, 'signNote', { noteId })));
    expect(answers.filter(({ note }) => note)).toHaveLength(1);
    expect((await story.graph.emitted('note.signed')).filter(({ data }) => data.noteId === noteId)).toHaveLength(1);
  });
});

describe('an addendum', () => {
  test('stands below the note, which does not change', async () => {
    const { note } = await signedNote();
    await call(story.practitioner, 'addNoteAddendum', { noteId: note.id, text: 'Called back: better' });
    const { note: amended } = await call(story.practitioner, 'addNoteAddendum', { noteId: note.id, text: 'Well again' });
    expect(amended?.addenda.map(({ text }) => text)).toEqual(['Called back: better', 'Well again']);
    expect({ ...amended, status: 'FINAL', addenda: [] }).toEqual(note);
    expect(amended?.status).toBe('AMENDED');
    const [first] = amended?.addenda ?? [];
    const content = {
      addendumId: first?.id,
      authorId: story.practitionerId,
      createdAt: first?.createdAt,
      noteHash: note.contentHash,
      noteId: note.id,
      text: first?.text,
    };
    expect(first?.contentHash).toBe(createHash('sha256').update(JSON.stringify(content)).digest('hex'));
    expect((await story.graph.emitted('note.addendumAdded')).filter(({ data }) => data.noteId === note.id)).toHaveLength(2);
  });

  test('is one of at most 50, also when more come at once', async () => {
    const { note, visitId } = await signedNote();
    const add = (text: string) => call(story.practitioner, 'addNoteAddendum', { noteId: note.id, text });
    for (let number = 1; number <= 48; number++) expect((await add(`number ${number}`)).userErrors).toEqual([]);
    const last = await Promise.all([add('a'), add('b'), add('c'), add('d')]);
    const refused = last.flatMap(({ userErrors }) => userErrors);
    expect(refused).toMatchObject([
      { code: 'CONFLICT', path: ['noteId'] },
      { code: 'CONFLICT', path: ['noteId'] },
    ]);
    expect((await noteOf(story.patient, visitId))?.addenda).toHaveLength(50);
  });

  test('is refused below a draft, and when it is empty', async () => {
    const { visitId } = await story.visitThatIs('FINISHED');
    const { id: noteId } = await draftFor(visitId);
    const early = await call(story.practitioner, 'addNoteAddendum', { noteId, text: 'too early' });
    expect(early.userErrors).toMatchObject([{ code: 'ILLEGAL_STATE', currentState: 'PRELIMINARY', allowedStates: ['FINAL'] }]);
    const { note } = await signedNote();
    const empty = await call(story.practitioner, 'addNoteAddendum', { noteId: note.id, text: ' ' });
    expect(empty.userErrors).toMatchObject([{ code: 'INVALID_INPUT', path: ['text'] }]);
  });
});

describe('who may write', () => {
  test('who reads a signed note may not add to it; who sees a visit may not write its note', async () => {
    const { note, visitId } = await signedNote();
    expect((await call(story.patient, 'addNoteAddendum', { noteId: note.id, text: 'mine' })).userErrors).toMatchObject([
      { code: 'NOT_ALLOWED' },
    ]);
    expect((await call(story.frontDesk, 'saveNoteDraft', { visitId, plan: 'x' })).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
    expect((await call(story.frontDesk, 'addNoteAddendum', { noteId: note.id, text: 'x' })).userErrors).toMatchObject([
      { code: 'NOT_FOUND' },
    ]);
  });

  test('a draft does not exist for the patient', async () => {
    const { visitId } = await story.visitThatIs('FINISHED');
    const { id: noteId } = await draftFor(visitId);
    expect((await call(story.patient, 'signNote', { noteId })).userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['noteId'] }]);
    expect((await call(story.patient, 'saveNoteDraft', { visitId, plan: 'x' })).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
  });
});
