import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Refusal } from '#chassis/errors.ts';
import {
  addendumHash,
  isEmptyNote,
  maxTextLength,
  noteHash,
  noteSections,
  readAddendum,
  readSections,
  type SignedContent,
} from './note-content.ts';

const content: SignedContent = {
  noteId: 'nte_1',
  visitId: 'vis_1',
  patientId: 'pat_1',
  authorId: 'prc_1',
  revision: 3,
  subjective: 'Cough for "two" days\n– no fever',
  objective: null,
  assessment: 'Common cold',
  plan: 'Rest',
  signedBy: 'prc_1',
  signedAt: new Date('2026-05-04T10:20:30.456Z'),
};

const pathsOf = (work: () => unknown): string[][] => {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return error.userErrors.map(({ code, path }) => [code, ...path]);
    throw error;
  }
  return [];
};

describe('content hash', () => {
  test('is the hash of the JSON that the schema describes', () => {
    const json =
      '{"assessment":"Common cold","authorId":"prc_1","noteId":"nte_1","objective":null,"patientId":"pat_1","plan":"Rest","revision":3,' +
      '"signedAt":"2026-05-04T10:20:30.456Z","signedBy":"prc_1","subjective":"Cough for \\"two\\" days\\n– no fever","visitId":"vis_1"}';
    expect(noteHash(content)).toBe(createHash('sha256').update(json).digest('hex'));
  });

  test('does not depend on the order of the fields, nor on fields that are not signed', () => {
    const shuffled = Object.fromEntries(Object.entries({ ...content, updatedAt: new Date() }).toReversed()) as unknown as SignedContent;
    expect(noteHash(shuffled)).toBe(noteHash(content));
  });

  test.each(Object.keys(content) as (keyof SignedContent)[])('changes with %s', (field) => {
    const other = { ...content, [field]: field === 'signedAt' ? new Date(0) : field === 'revision' ? 4 : 'something else' };
    expect(noteHash(other)).not.toBe(noteHash(content));
  });

  test('text cannot move from one section to another unseen', () => {
    const section = fc.option(fc.string(), { nil: null });
    const sections = fc.record({ subjective: section, objective: section, assessment: section, plan: section });
    fc.assert(
      fc.property(sections, sections, (one, two) => {
        const same = noteSections.every((name) => one[name] === two[name]);
        expect(noteHash({ ...content, ...one }) === noteHash({ ...content, ...two })).toBe(same);
      }),
    );
  });

  test('an addendum is bound to the note it stands below', () => {
    const addendum = {
      addendumId: 'add_1',
      noteId: 'nte_1',
      noteHash: noteHash(content),
      authorId: 'prc_1',
      text: 'Seen again',
      createdAt: new Date(0),
    };
    const json = `{"addendumId":"add_1","authorId":"prc_1","createdAt":"1970-01-01T00:00:00.000Z","noteHash":"${noteHash(content)}","noteId":"nte_1","text":"Seen again"}`;
    expect(addendumHash(addendum)).toBe(createHash('sha256').update(json).digest('hex'));
    expect(addendumHash({ ...addendum, noteHash: noteHash({ ...content, plan: 'Surgery' }) })).not.toBe(addendumHash(addendum));
  });
});

describe('text', () => {
  test('a section left out, null or blank is empty; the others stay as written', () => {
    expect(readSections({ objective: null, assessment: ' \n ', plan: ' Rest ' })).toEqual({
      subjective: null,
      objective: null,
      assessment: null,
      plan: ' Rest ',
    });
    expect(isEmptyNote(readSections({}))).toBe(true);
    expect(isEmptyNote(readSections({ plan: 'x' }))).toBe(false);
  });

  test('the limit is what the schema says, and every section at fault is named', () => {
    expect(pathsOf(() => readSections({ subjective: 'a'.repeat(maxTextLength) }))).toEqual([]);
    expect(pathsOf(() => readSections({ subjective: 'a'.repeat(maxTextLength + 1), plan: 'nul \0' }))).toEqual([
      ['INVALID_INPUT', 'subjective'],
      ['INVALID_INPUT', 'plan'],
    ]);
  });

  test.each(['', '  \n', 'half a \ud83d surrogate', 'nul \0', 'a'.repeat(maxTextLength + 1)])('an addendum of %j is refused', (text) => {
    expect(pathsOf(() => readAddendum(text))).toEqual([['INVALID_INPUT', 'text']]);
  });

  test('an addendum of emoji and line breaks is kept as written', () => {
    expect(readAddendum('fine 👍\n')).toBe('fine 👍\n');
  });
});
