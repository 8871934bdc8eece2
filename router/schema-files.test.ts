import { readFile } from 'node:fs/promises';
import { buildSchema, Kind, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { subgraphNames } from '#schema/events.ts';
import { scopesPage } from './authorization/scopes-page.ts';
import { examples } from './examples.ts';
import { composeFiles } from './schema-files.ts';

const read = (name: string) => readFile(new URL(`../schema/${name}`, import.meta.url), 'utf8');

test('the committed files are what `npm run compose` writes', async () => {
  for (const [name, text] of await composeFiles()) {
    // Not toEqual: a diff of 4,000 lines helps nobody.
    expect(text === (await read(name)), `schema/${name} is out of date: run npm run compose`).toBe(true);
  }
});

test('docs/scopes.md says what the directives of the schema say', async () => {
  const page = await readFile(new URL('../docs/scopes.md', import.meta.url), 'utf8');
  expect(page === (await scopesPage(await read('supergraph.graphql'))), 'docs/scopes.md is out of date: run npm run compose').toBe(true);
});

test('the examples of the sandbox are valid operations with the variables they need', async () => {
  const schema = buildSchema(await read('api.graphql'));
  for (const { query, variables } of examples(new Date())) {
    const document = parse(query);
    expect(validate(schema, document)).toEqual([]);
    const declared = document.definitions.flatMap((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION ? (definition.variableDefinitions ?? []) : [],
    );
    expect(Object.keys(variables).sort()).toEqual(declared.map(({ variable }) => variable.name.value).sort());
  }
});

/** Which subgraph an entity belongs to; the others only add fields to it. */
const owners: Readonly<Record<string, string>> = {
  Patient: 'patient',
  Practitioner: 'appointment',
  Appointment: 'appointment',
  Visit: 'visit',
};

describe('a service that is down takes nothing with it: nullable are', () => {
  test.each(subgraphNames)('the root fields of %s and what it adds to entities of others', async (name) => {
    const promises = parse(await read(`${name}.graphql`)).definitions.flatMap((definition) => {
      if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.OBJECT_TYPE_EXTENSION) return [];
      const type = definition.name.value;
      const isForeign = owners[type] !== undefined && owners[type] !== name;
      if (type !== 'Query' && type !== 'Mutation' && !isForeign) return [];
      return (definition.fields ?? [])
        .filter((field) => field.type.kind === Kind.NON_NULL_TYPE && field.name.value !== 'id')
        .map((field) => `${type}.${field.name.value}`);
    });
    expect(promises).toEqual([]);
  });
});
