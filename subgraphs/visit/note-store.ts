import type { Tx } from './context.ts';
import type { Prisma } from './generated/prisma/client.ts';
import { groupBy } from '#chassis/group-by.ts';
import type { NoteSections } from './note-content.ts';

export type NoteRow = Prisma.ClinicalNoteModel;
export type AddendumRow = Prisma.NoteAddendumModel;

export async function findNotes(db: Tx, ids: readonly string[]): Promise<Map<string, NoteRow>> {
  const rows = await db.clinicalNote.findMany({ where: { id: { in: [...ids] } } });
  return new Map(rows.map((row) => [row.id, row]));
}

/** By visit id. */
export async function findNotesOfVisits(db: Tx, visitIds: readonly string[]): Promise<Map<string, NoteRow>> {
  const rows = await db.clinicalNote.findMany({ where: { visitId: { in: [...visitIds] } } });
  return new Map(rows.map((row) => [row.visitId, row]));
}

/** By note id, the oldest first. */
export async function findAddenda(db: Tx, noteIds: readonly string[]): Promise<Map<string, AddendumRow[]>> {
  const rows = await db.noteAddendum.findMany({ where: { noteId: { in: [...noteIds] } }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] });
  return groupBy(rows, ({ noteId }) => noteId);
}

/** The note of a visit as it is now. The visit must be locked: its lock stands for its note too. */
export const findNoteOfLockedVisit = (tx: Tx, visitId: string): Promise<NoteRow | null> =>
  tx.clinicalNote.findUnique({ where: { visitId } });

export async function insertNote(
  tx: Tx,
  note: NoteSections & Pick<NoteRow, 'id' | 'visitId' | 'patientId' | 'authorId' | 'sensitivities' | 'createdAt'>,
): Promise<void> {
  await tx.clinicalNote.create({ data: { ...note, revision: 1, updatedAt: note.createdAt } });
}

export async function updateDraft(
  tx: Tx,
  { id, patientId }: NoteRow,
  draft: NoteSections & Pick<NoteRow, 'sensitivities' | 'updatedAt'>,
): Promise<void> {
  await tx.clinicalNote.update({ where: { id, patientId }, data: { ...draft, revision: { increment: 1 } } });
}

/** Fixes the note; from here on the database refuses to change it. */
export async function storeSignature(
  tx: Tx,
  id: string,
  signature: { signedAt: Date; signedById: string; contentHash: string },
): Promise<void> {
  await tx.clinicalNote.update({ where: { id }, data: { ...signature, updatedAt: signature.signedAt } });
}

export async function insertAddendum(tx: Tx, addendum: Prisma.NoteAddendumUncheckedCreateInput): Promise<void> {
  await tx.noteAddendum.create({ data: addendum });
}

export const countAddenda = (tx: Tx, noteId: string): Promise<number> => tx.noteAddendum.count({ where: { noteId } });
