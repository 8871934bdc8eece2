import pg from 'pg';
import { expect, test } from 'vitest';
import { bulkLoad } from './bulk-load.ts';
import { testDatabase } from './testing/test-database.ts';

async function* just<T>(...parts: T[]): AsyncGenerator<T> {
  yield* parts;
}

async function withTable(work: (url: string, client: pg.Client) => Promise<void>): Promise<void> {
  await using database = await testDatabase('patient');
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query(
      'create table cell_kinds (id integer primary key, plain_text text, tag_list text[], is_set boolean, made_at timestamptz(3), born_on date, details jsonb)',
    );
    await work(database.url, client);
  } finally {
    await client.end();
  }
}

const row = {
  id: 1,
  plainText: 'tab\t, line\nend\r, \\N, back\\slash, ünïcode 🩺',
  tagList: ['a "quoted" one', 'back\\slash', 'comma, {brace}', '', 'NULL'],
  isSet: true,
  madeAt: new Date('2026-03-18T12:00:00.123Z'),
  bornOn: new Date('2026-03-18T00:00:00.000Z'),
  details: JSON.stringify([{ line: 'a\n"b"\\' }]),
};
const empty = { id: 2, plainText: null, tagList: [], isSet: false, madeAt: null, bornOn: null, details: null };

test('what is loaded is what was given, whatever characters it has', () =>
  withTable(async (url, client) => {
    expect(await bulkLoad(url, just([row], [empty], []), (part, insert) => insert('cell_kinds', part))).toBe(2);
    const { rows } = await client.query<Record<string, unknown>>(
      'select id, plain_text as "plainText", tag_list as "tagList", is_set as "isSet", made_at as "madeAt", born_on::text as "bornOn", details::text from cell_kinds order by id',
    );
    expect(rows).toEqual([{ ...row, bornOn: '2026-03-18', details: '[{"line": "a\\n\\"b\\"\\\\"}]' }, empty]);
  }));

test('a refused row leaves nothing behind, and says which table and row', () =>
  withTable(async (url, client) => {
    const load = bulkLoad(url, just([empty], [empty]), (part, insert) => insert('cell_kinds', part));
    await expect(load).rejects.toThrow('cell_kinds_pkey');
    expect((await client.query('select from cell_kinds')).rowCount).toBe(0);
  }));

test('a value that no column can hold is refused before anything is sent', () =>
  withTable(async (url) => {
    await expect(bulkLoad(url, just([{ id: undefined }]), (part, insert) => insert('cell_kinds', part))).rejects.toThrow(TypeError);
  }));
