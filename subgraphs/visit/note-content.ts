import { createHash } from 'node:crypto';
import { Refusal } from '#chassis/errors.ts';
import { canonicalJson } from '#chassis/mutation.ts';

export const noteSections = ['subjective', 'objective', 'assessment', 'plan'] as const;
export type NoteSections = { [Section in (typeof noteSections)[number]]: string | null };

/** Characters (UTF-16 units) of one section, or of one addendum. */
export const maxTextLength = 20_000;

/** How many addenda a note takes: the list is read whole. Whoever has more to say writes about the next visit. */
export const maxAddenda = 50;

/**
 * The sections as they are stored: left out is empty, and a section of spaces is empty too.
 * @throws Refusal INVALID_INPUT with one entry per section that cannot be stored
 */
export function readSections(input: { [Section in keyof NoteSections]?: string | null | undefined }): NoteSections {
  const complaints = noteSections.flatMap((section) => textComplaint(input[section] ?? '', section) ?? []);
  if (complaints.length > 0) throw Refusal.all(complaints);
  const sections = noteSections.map((section) => [section, input[section]?.trim() ? input[section] : null]);
  return Object.fromEntries(sections) as NoteSections;
}

/** @throws Refusal INVALID_INPUT */
export function readAddendum(text: string): string {
  const complaint = text.trim() ? textComplaint(text, 'text') : new Refusal('INVALID_INPUT', 'The addendum is empty.', { path: ['text'] });
  if (complaint) throw complaint;
  return text;
}

function textComplaint(text: string, field: string): Refusal | null {
  const complain = (message: string) => new Refusal('INVALID_INPUT', `${field}: ${message}`, { path: [field] });
  if (text.length > maxTextLength) return complain(`at most ${maxTextLength} characters, not ${text.length}.`);
  // PostgreSQL stores neither; what is hashed must be what is stored.
  if (text.includes('\0') || Buffer.from(text).toString() !== text) return complain('contains a character that is not text.');
  return null;
}

export const isEmptyNote = (sections: NoteSections): boolean => noteSections.every((section) => sections[section] === null);

/** What a signature stands for: the text, whose it is, and who signed it when. */
export interface SignedContent extends NoteSections {
  noteId: string;
  visitId: string;
  patientId: string;
  authorId: string;
  revision: number;
  signedBy: string;
  signedAt: Date;
}

/** The contentHash of a note, as its description in schema/visit.graphql defines it. */
export function noteHash(content: SignedContent): string {
  const { noteId, visitId, patientId, authorId, revision, subjective, objective, assessment, plan, signedBy, signedAt } = content;
  return sha256({ noteId, visitId, patientId, authorId, revision, subjective, objective, assessment, plan, signedBy, signedAt });
}

/** The contentHash of an addendum; it names the hash of the note it stands below. */
export function addendumHash(addendum: {
  addendumId: string;
  noteId: string;
  noteHash: string;
  authorId: string;
  text: string;
  createdAt: Date;
}): string {
  const { addendumId, noteId, noteHash: below, authorId, text, createdAt } = addendum;
  return sha256({ addendumId, noteId, noteHash: below, authorId, text, createdAt });
}

const sha256 = (content: Record<string, string | number | null | Date>): string => {
  const plain = Object.entries(content).map(([key, value]) => [key, value instanceof Date ? value.toISOString() : value] as const);
  return createHash('sha256')
    .update(canonicalJson(Object.fromEntries(plain)))
    .digest('hex');
};
