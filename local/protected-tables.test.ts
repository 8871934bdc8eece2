import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { subgraphNames } from '#schema/events.ts';
import { readMigrations } from '#chassis/migrations.ts';
import { columnOf } from '#chassis/protection/protected-tables.ts';
import { protectedTablesOf } from './protected-tables.ts';

// docs/protection.md, the code and the databases say the same about every text that a patient's row can hold.

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

/** The columns in the first cell of the rows of a table of the page. */
function documented(heading: string): string[] {
  const page = read('docs/protection.md');
  const [, table = ''] = page.slice(page.indexOf(heading)).split(/^\| --- .*$/m);
  const rows = table.trim().split(/\n(?!\|)/, 1)[0] ?? '';
  return rows
    .split('\n')
    .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([a-z_]+\.[a-z_]+)`/g)].map(([, column]) => column ?? ''));
}

const encrypted = subgraphNames.flatMap((name) =>
  protectedTablesOf[name].flatMap(({ table, fields }) => Object.keys(fields).map((field) => `${table}.${columnOf(field)}`)),
);

/** Text columns of the models that are about one patient, without ids, codes and currencies. */
function textsAboutPatients(schema: string): string[] {
  return [...schema.matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)].flatMap(([, model = '', body = '']) => {
    const isAboutPatient = model === 'Patient' || /^\s+patientId\s/m.test(body);
    const table = /@@map\("(\w+)"\)/.exec(body)?.[1];
    const fields = [...body.matchAll(/^\s+(\w+)\s+(?:String|Json)(?:\[\])?\??(?:\s|$)/gm)].map(([, field]) => field ?? '');
    return isAboutPatient
      ? fields
          .filter((field) => !/^(?:id|code|currency)$|(?:Id|Code|Currency)$/.test(field) || field === 'memberId')
          .map((field) => `${table}.${columnOf(field)}`)
      : [];
  });
}

test('the page lists what is encrypted', () => {
  expect(documented('## Which columns').sort()).toEqual(encrypted.sort());
});

test('every other text of a patient is left plain on purpose', () => {
  const texts = subgraphNames.flatMap((name) => textsAboutPatients(read(`prisma/${name}/schema.prisma`)));
  expect(texts.filter((column) => !encrypted.includes(column)).sort()).toEqual(documented('Left plain, on purpose').sort());
});

test('the database refuses plain text in each of them', () => {
  for (const name of subgraphNames) {
    const migrations = readMigrations(name)
      .map(({ sql }) => sql)
      .join('\n');
    for (const { table, fields } of protectedTablesOf[name])
      for (const field of Object.keys(fields)) expect(migrations).toContain(`refuse_plain_text('${table}', '${columnOf(field)}')`);
  }
});
