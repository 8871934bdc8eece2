import { Refusal, notFound, type UserError } from '#chassis/errors.ts';
import { newId } from '#chassis/ids.ts';
import { mutate } from '#chassis/mutation.ts';
import { joinSensitivities } from '#chassis/sensitivities.ts';
import type { SensitivityCategory } from '#schema/events.ts';
import { askIn } from '#chassis/access/rules.ts';
import { noteAccess, visitAccess } from './access.ts';
import type { Tx, VisitContext } from './context.ts';
import { addendumHash, isEmptyNote, maxAddenda, noteHash, readAddendum, readSections, type NoteSections } from './note-content.ts';
import { noteStates, noteStatus } from './note-states.ts';
import {
  countAddenda,
  findNoteOfLockedVisit,
  insertAddendum,
  insertNote,
  storeSignature,
  updateDraft,
  type NoteRow,
} from './note-store.ts';
import { seenVisit } from './visit-service.ts';
import { stateRefusal } from './visit-states.ts';
import { visitEventData } from './visit-step.ts';
import { lockVisit, type VisitRow } from './visit-store.ts';

export interface NotePayload {
  note: NoteRow | null;
  userErrors: UserError[];
}

/** The note if it is there and the caller may read it: one answer for both. */
export async function readableNote(context: VisitContext, note: NoteRow | null): Promise<NoteRow | null> {
  return noteAccess.visible(context, note);
}

/** The same of the note of a visit that the caller sees: that a draft is not for them is no refusal, every visit has one once. */
export async function readableNoteOfVisit(context: VisitContext, visitId: string): Promise<NoteRow | null> {
  const note = await context.notesOfVisits.load(visitId);
  return note?.signedAt === null && !(await noteAccess.sees(context, note)) ? null : readableNote(context, note);
}

async function answer(
  context: VisitContext,
  outcome: { ok: true; result: { noteId: string; visitId: string } } | { ok: false; userErrors: UserError[] },
): Promise<NotePayload> {
  if (!outcome.ok) return { note: null, userErrors: outcome.userErrors };
  const { noteId, visitId } = outcome.result;
  context.notes.clear(noteId);
  context.notesOfVisits.clear(visitId);
  context.addenda.clear(noteId);
  return { note: await readableNote(context, await context.notes.load(noteId)), userErrors: [] };
}

function assertRevision(expected: number | null | undefined, current: number): void {
  if (expected === null || expected === undefined || expected === current) return;
  throw new Refusal('CONFLICT', `The note is at revision ${current}, not ${expected}. Load it and look at what changed.`, {
    path: ['expectedRevision'],
  });
}

const written: readonly VisitRow['status'][] = ['IN_PROGRESS', 'ONLEAVE', 'FINISHED'];

/** Saves the whole draft; the first call makes the note. By the visit's practitioner, once the patient was admitted. */
export async function saveNoteDraft(
  context: VisitContext,
  input: { idempotencyKey: string; visitId: string; expectedRevision?: number | null | undefined } & {
    [Section in keyof NoteSections]?: string | null | undefined;
  } & { sensitivities?: readonly SensitivityCategory[] | null | undefined },
): Promise<NotePayload> {
  const seen = await seenVisit(context, input.visitId);
  const outcome = await mutate(context, 'saveNoteDraft', input, async (tx: Tx) => {
    const path = ['visitId'];
    const visit = seen && (await lockVisit(tx, seen.id));
    if (!visit) throw notFound('visit', path);
    if (!(await visitAccess.may(askIn(tx, context), 'saveNoteDraft', visit)))
      throw new Refusal('NOT_ALLOWED', "Only the visit's practitioner writes its note.", { path });
    if (!written.includes(visit.status)) throw stateRefusal(visit.status, 'The note is written once the patient has been admitted.', path);
    const note = await findNoteOfLockedVisit(tx, visit.id);
    if (note?.signedAt) throw new Refusal('SIGNED_IMMUTABLE', 'The note is signed. Add an addendum instead.', { path });
    assertRevision(input.expectedRevision, note?.revision ?? 0);
    const sections = readSections(input);
    const sensitivities = joinSensitivities(visit.sensitivities, input.sensitivities ?? note?.sensitivities ?? []);
    const noteId = note?.id ?? newId('nte');
    const now = context.now();
    if (note) await updateDraft(tx, note, { ...sections, sensitivities, updatedAt: now });
    else {
      const { id: visitId, patientId, practitionerId: authorId } = visit;
      await insertNote(tx, { id: noteId, visitId, patientId, authorId, sensitivities, createdAt: now, ...sections });
    }
    return { noteId, visitId: visit.id };
  });
  return answer(context, outcome);
}

/** A note with its visit locked, for its author. @throws Refusal NOT_FOUND, NOT_ALLOWED */
async function lockOwnNote(
  context: VisitContext,
  tx: Tx,
  seen: NoteRow | null,
  action: 'signNote' | 'addNoteAddendum',
): Promise<{ note: NoteRow; visit: VisitRow }> {
  const path = ['noteId'];
  const visit = seen && (await lockVisit(tx, seen.visitId));
  const note = visit && (await findNoteOfLockedVisit(tx, visit.id));
  if (!note) throw notFound('note', path);
  if (!(await noteAccess.may(askIn(tx, context), action, note)))
    throw new Refusal('NOT_ALLOWED', 'Only its author signs a note or adds to it.', { path });
  return { note, visit };
}

const seenNote = async (context: VisitContext, id: string): Promise<NoteRow | null> => readableNote(context, await context.notes.load(id));

/** Fixes the note of a finished visit: who, when and the hash of what. */
export async function signNote(
  context: VisitContext,
  input: { idempotencyKey: string; noteId: string; expectedRevision?: number | null | undefined },
): Promise<NotePayload> {
  const seen = await seenNote(context, input.noteId);
  const outcome = await mutate(context, 'signNote', input, async (tx: Tx, emit) => {
    const { note, visit } = await lockOwnNote(context, tx, seen, 'signNote');
    const path = ['noteId'];
    noteStates.assert(noteStatus(note, await countAddenda(tx, note.id)), 'FINAL', path);
    if (visit.status !== 'FINISHED') throw stateRefusal(visit.status, 'The note is signed after the visit is finished.', path);
    assertRevision(input.expectedRevision, note.revision);
    if (isEmptyNote(note)) throw new Refusal('INVALID_INPUT', 'The note is empty. Write at least one section.', { path });
    const signedAt = context.now();
    const contentHash = noteHash({ ...note, noteId: note.id, signedBy: note.authorId, signedAt });
    await storeSignature(tx, note.id, { signedAt, signedById: note.authorId, contentHash });
    await emit('note.signed', visit.id, { ...visitEventData(visit), noteId: note.id });
    return { noteId: note.id, visitId: visit.id };
  });
  return answer(context, outcome);
}

/** Adds to a signed note; the note itself stays as it is. */
export async function addNoteAddendum(
  context: VisitContext,
  input: { idempotencyKey: string; noteId: string; text: string },
): Promise<NotePayload> {
  const seen = await seenNote(context, input.noteId);
  const outcome = await mutate(context, 'addNoteAddendum', input, async (tx: Tx, emit) => {
    const { note, visit } = await lockOwnNote(context, tx, seen, 'addNoteAddendum');
    const addenda = await countAddenda(tx, note.id);
    noteStates.assert(noteStatus(note, addenda), 'AMENDED', ['noteId']);
    if (addenda >= maxAddenda) {
      throw new Refusal('CONFLICT', `The note has ${addenda} addenda, and takes no more than ${maxAddenda}.`, { path: ['noteId'] });
    }
    if (note.contentHash === null) throw new Error(`note ${note.id} is signed and has no hash`);
    const text = readAddendum(input.text);
    const addendum = {
      id: newId('add'),
      noteId: note.id,
      patientId: note.patientId,
      authorId: note.authorId,
      text,
      createdAt: context.now(),
    };
    const contentHash = addendumHash({ ...addendum, addendumId: addendum.id, noteHash: note.contentHash });
    await insertAddendum(tx, { ...addendum, contentHash });
    await emit('note.addendumAdded', visit.id, { ...visitEventData(visit), noteId: note.id });
    return { noteId: note.id, visitId: visit.id };
  });
  return answer(context, outcome);
}
