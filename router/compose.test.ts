import { describe, expect, test } from 'vitest';
import { CompositionFailure, composeSchema } from './compose.ts';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n`;
const people = `type Query { me: Person }\ntype Person @key(fields: "id") {\n  id: ID!\n  name: String!\n}`;

const compose = (things: string) =>
  composeSchema([
    {
      name: 'people',
      url: 'http://people',
      files: [
        { name: 'link.graphql', text: link },
        { name: 'people.graphql', text: people },
      ],
    },
    {
      name: 'things',
      url: 'http://things',
      files: [
        { name: 'link.graphql', text: link },
        { name: 'things.graphql', text: things },
      ],
    },
  ]);

async function complaintsAbout(things: string): Promise<readonly string[]> {
  const error: unknown = await compose(things).then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (!(error instanceof CompositionFailure)) throw new Error('it composed', { cause: error });
  return error.complaints;
}

test('schemas that fit become a supergraph and a schema for clients', async () => {
  const { supergraph, api } = await compose('type Person @key(fields: "id") { id: ID!  things: [String!] }');
  expect(supergraph).toContain('@join__graph(name: "things", url: "http://things")');
  expect(api).toBe('type Person {\n  id: ID!\n  name: String!\n  things: [String!]\n}\n\ntype Query {\n  me: Person\n}\n');
});

describe('schemas that do not fit', () => {
  test.each<[string, string, RegExp]>([
    [
      'a field of two types',
      'type Person @key(fields: "id") { id: ID!\n name: Int }',
      /^people\.graphql:4 Person\.name, things\.graphql:2 Person\.name: \[FIELD_TYPE_MISMATCH\]/,
    ],
    ['a key that is not there', 'type Person @key(fields: "nope") { id: ID! }', /^things\.graphql:1 Person: \[KEY_INVALID_FIELDS\]/],
    ['an unknown type', 'type Person @key(fields: "id") { id: ID!\n\n age: Intt }', /^things\.graphql:3 Person\.age: \[INVALID_GRAPHQL\]/],
    ['no GraphQL', 'type Person {', /^things\.graphql:1: Syntax Error/],
    [
      'a field that cannot be reached',
      'type Query { z: Z }\n type Z { p: Person }\n type Person @key(fields: "ext") { ext: ID!\n age: Int }',
      /^people\.graphql:\d Person\.(id|name).*\[SATISFIABILITY_ERROR\]/,
    ],
  ])('%s is named with file, line, type and field', async (_, things, complaint) => {
    expect((await complaintsAbout(things))[0]).toMatch(complaint);
  });
});
