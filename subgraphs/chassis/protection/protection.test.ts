import { createSecretKey, randomBytes } from 'node:crypto';
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { configuredKeys } from './configured-keys.ts';
import { seal, sealedWith, SealBrokenError, unseal } from './envelope.ts';
import { placeOf, type ProtectedTable } from './protected-tables.ts';

const dataKey = { version: 3, key: createSecretKey(randomBytes(32)) };
const place = '["visit","clinical_note.plan","nte_1","pat_1"]';

describe('a sealed text', () => {
  test('opens to what was sealed, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const sealed = seal(text, dataKey, place);
        expect(sealedWith(sealed)).toBe(3);
        expect(unseal(sealed, dataKey.key, place)).toBe(text);
      }),
    );
  });

  test('has nothing of the text in it, and is another one each time', () => {
    const sealed = Array.from({ length: 50 }, () => seal('Rest', dataKey, place));
    expect(new Set(sealed).size).toBe(50);
    for (const one of sealed) expect(one).not.toContain('Rest');
  });

  test('does not open when any of it was changed', () => {
    const sealed = seal('Rest', dataKey, place);
    for (let at = sealed.lastIndexOf('.', sealed.length - 24) + 1; at < sealed.length - 1; at++) {
      if (sealed[at] === '.') continue;
      const changed = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`;
      expect(() => unseal(changed, dataKey.key, place), `character ${at}`).toThrow(SealBrokenError);
    }
  });

  test('does not open with another key, and plain text does not open at all', () => {
    expect(() => unseal(seal('Rest', dataKey, place), createSecretKey(randomBytes(32)), place)).toThrow(SealBrokenError);
    expect(() => unseal('Rest', dataKey.key, place)).toThrow('is not sealed');
    expect(sealedWith('v1. is what I call it')).toBeNull();
  });
});

describe('a place', () => {
  const table: ProtectedTable = {
    table: 'note_addendum',
    model: 'noteAddendum',
    primaryKey: ['id'],
    boundTo: ['noteId', 'id'],
    fields: { text: {}, second: {}, copied: { copyOf: 'note_addendum.text' } },
  };
  const row = { id: 'add_1', noteId: 'nte_1', patientId: 'pat_1' };
  const home = placeOf('visit', table, 'text', row);

  test.each<[string, string]>([
    ['another subgraph', placeOf('billing', table, 'text', row)],
    ['another table', placeOf('visit', { ...table, table: 'clinical_note' }, 'text', row)],
    ['another column', placeOf('visit', table, 'second', row)],
    ['another row', placeOf('visit', table, 'text', { ...row, id: 'add_2' })],
    ['a row below another note', placeOf('visit', table, 'text', { ...row, noteId: 'nte_2' })],
    ['the chart of another patient', placeOf('visit', table, 'text', { ...row, patientId: 'pat_2' })],
    ['ids that run into each other', placeOf('visit', table, 'text', { ...row, noteId: 'nte_1","add_1', id: '' })],
  ])('%s: what was sealed here does not open there', (_, elsewhere) => {
    expect(() => unseal(seal('Well again', dataKey, home), dataKey.key, elsewhere)).toThrow(SealBrokenError);
  });

  test('of a copy is that of the original', () => {
    expect(placeOf('visit', table, 'copied', row)).toBe(home);
  });

  test('is not made up when the row does not say whose it is', () => {
    expect(() => placeOf('visit', table, 'text', { id: 'add_1', noteId: 'nte_1' })).toThrow('patientId');
  });
});

describe('key-encryption keys', () => {
  const kek = (letter: string) => Buffer.alloc(32, letter).toString('base64url');
  const wrapped = async (env: NodeJS.ProcessEnv) =>
    (await configuredKeys('visit', env).wrap([{ key: Buffer.alloc(32, 1), purpose: 'p' }]))[0];

  test('wrap with the first and unwrap with any', async () => {
    const old = await wrapped({ DATA_KEKS: `old=${kek('o')}` });
    const both = configuredKeys('visit', { DATA_KEKS: `new=${kek('n')}, old=${kek('o')}` });
    expect(both.currentKekId).toBe('new');
    expect(old?.kekId).toBe('old');
    expect(await both.unwrap(old ? [old] : [])).toEqual([Buffer.alloc(32, 1)]);
  });

  test('open nothing of another purpose, and nothing of a key that is not there', async () => {
    const env = { DATA_KEKS: `k=${kek('k')}` };
    const key = await wrapped(env);
    if (!key) throw new Error('nothing was wrapped');
    await expect(configuredKeys('visit', env).unwrap([{ ...key, purpose: 'q' }])).rejects.toThrow(SealBrokenError);
    await expect(configuredKeys('visit', { DATA_KEKS: `l=${kek('k')}` }).unwrap([key])).rejects.toThrow('no key-encryption key k');
  });

  test('of the subgraph go before those of all, and a file may hold them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'keks-'));
    try {
      const file = join(folder, 'keks');
      writeFileSync(file, `of-file=${kek('f')}\n`);
      expect(configuredKeys('visit', { DATA_KEKS_FILE: file }).currentKekId).toBe('of-file');
      expect(configuredKeys('visit', { DATA_KEKS: `all=${kek('a')}`, DATA_KEKS_FILE: file }).currentKekId).toBe('all');
      expect(configuredKeys('visit', { DATA_KEKS_VISIT: `own=${kek('v')}`, DATA_KEKS: `all=${kek('a')}` }).currentKekId).toBe('own');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.each<[string, NodeJS.ProcessEnv, string]>([
    ['none in production', { NODE_ENV: 'production' }, 'DATA_KEKS must be set in production'],
    ['the one of development in production', { NODE_ENV: 'production', DATA_KEKS: `development=${kek('d')}` }, 'must be set in production'],
    ['a key that is too short', { DATA_KEKS: `k=${'A'.repeat(41)}` }, 'the key k has 30 bytes, at least 32 are needed'],
    ['an entry without a name', { DATA_KEKS: `k=${kek('k')},${kek('l')}` }, 'entry 2 is not of the form id=base64url'],
    ['two keys of one name', { DATA_KEKS: `k=${kek('k')},k=${kek('l')}` }, 'two keys k'],
    ['nothing at all', { DATA_KEKS: ',' }, 'holds no key'],
    ['a file that is not there', { DATA_KEKS_FILE: '/nowhere/keks' }, 'DATA_KEKS_FILE: /nowhere/keks cannot be read'],
  ])('%s: refused with a sentence that shows no key', (_, env, sentence) => {
    let said = '';
    try {
      configuredKeys('visit', env);
    } catch (error) {
      said = (error as Error).message;
    }
    expect(said).toContain(sentence);
    for (const letter of 'dkl') expect(said).not.toContain(kek(letter).slice(0, 12));
  });
});
