import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { subgraphNames } from '#schema/events.ts';
import { readMigrations } from '../migrations.ts';

const audited = (name: (typeof subgraphNames)[number]): string[] =>
  readMigrations(name).flatMap(({ sql }) => [...sql.matchAll(/^call audit_table\('(\w+)'/gm)].map(([, table = '']) => table));

/** Tables of Prisma models that name a patient. The audit itself is none of them. */
function tablesOfPatients(name: string): string[] {
  const schema = readFileSync(new URL(`../../../prisma/${name}/schema.prisma`, import.meta.url), 'utf8');
  return [...schema.matchAll(/^model (\w+) \{([^}]*)^\}/gm)].flatMap(([, model, body = '']) =>
    model !== 'GatheredAuditEvent' && (model === 'Patient' || /@map\("patient_id"\)/.test(body))
      ? (/@@map\("(\w+)"\)/.exec(body)?.[1] ?? [])
      : [],
  );
}

test.each(subgraphNames)('every table of %s with data of a patient records its changes', (name) => {
  expect(tablesOfPatients(name)).not.toEqual([]);
  expect(audited(name)).toEqual(expect.arrayContaining(tablesOfPatients(name)));
});
