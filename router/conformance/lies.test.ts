import { afterEach, expect, test } from 'vitest';
import { conformance } from './case.ts';
import { startGraph } from './graph.ts';
import type { Ask } from './graph.ts';
import { literalAnswer } from './literal-answer.ts';

const code = 'SUBGRAPH_ERROR';
const sdl = `type Query {
    number: Int  text: String  flag: Boolean  real: Float  id: ID  mood: Mood  person: Person  people: [Person]  tags: [String]  pet: Pet  any: Any  strict: Person!
  }
  scalar Any
  enum Mood { GOOD BAD }
  union Pet = Cat | Dog
  type Cat { name: String  lives: Int }
  type Dog { name: String }
  type Person @key(fields: "id") { id: ID!  name: String!  age: Int  mood: Mood! }`;

const saying = (text: string) => ({ sdl, answer: ({ query }: Ask) => ({ data: literalAnswer(query, JSON.parse(text)) }) });

/** What the subgraph says for fields that the schema declares otherwise. */
const wrong: readonly (readonly [behaviour: string, says: string, query: string, data: unknown, path?: readonly (string | number)[]])[] = [
  ['text for Int', '{"number":"12x"}', '{ number }', { number: null }, ['number']],
  ['a fraction for Int', '{"number":1.5}', '{ number }', { number: null }, ['number']],
  ['more than 32 bits for Int', '{"number":3000000000}', '{ number }', { number: null }, ['number']],
  ['an object for Int', '{"number":{}}', '{ number }', { number: null }, ['number']],
  ['a list for Int', '{"number":[1]}', '{ number }', { number: null }, ['number']],
  ['an object for String', '{"text":{"a":1}}', '{ text }', { text: null }, ['text']],
  ['a list for String', '{"text":["a"]}', '{ text }', { text: null }, ['text']],
  ['text for Boolean', '{"flag":"yes"}', '{ flag }', { flag: null }, ['flag']],
  ['text for Float', '{"real":"much"}', '{ real }', { real: null }, ['real']],
  ['an object for ID', '{"id":{}}', '{ id }', { id: null }, ['id']],
  ['an enum value that nobody knows', '{"mood":"SOSO"}', '{ mood }', { mood: null }, ['mood']],
  ['a name that every object inherits for an enum', '{"mood":"constructor"}', '{ mood }', { mood: null }, ['mood']],
  ['a number for an enum', '{"mood":1}', '{ mood }', { mood: null }, ['mood']],
  ['text for an object', '{"person":"Pia"}', '{ person { name } }', { person: null }, ['person']],
  ['a list for an object', '{"person":[{"name":"Pia"}]}', '{ person { name } }', { person: null }, ['person']],
  ['an object for a list', '{"people":{"name":"Pia"}}', '{ people { name } }', { people: null }, ['people']],
  ['text for a list', '{"tags":"abc"}', '{ tags }', { tags: null }, ['tags']],
  [
    'a number in a list of objects',
    '{"people":[1,{"name":"Pia"}]}',
    '{ people { name } }',
    { people: [null, { name: 'Pia' }] },
    ['people', 0],
  ],
  ['an object in a list of texts', '{"tags":["a",{}]}', '{ tags }', { tags: ['a', null] }, ['tags', 1]],
  [
    'a wrong value for a non-null field',
    '{"person":{"name":"Pia","mood":"SOSO"}}',
    '{ person { name mood } }',
    { person: null },
    ['person', 'mood'],
  ],
  [
    'a member that is not of the union',
    '{"pet":{"__typename":"Person","name":"Rex"}}',
    '{ pet { __typename ... on Cat { name } } }',
    { pet: null },
    ['pet'],
  ],
  [
    'no type for a member of a union',
    '{"pet":{"name":"Rex"}}',
    '{ pet { ... on Cat { name } ... on Dog { name } } }',
    { pet: null },
    ['pet'],
  ],
  [
    'a type that every object inherits',
    '{"pet":{"__typename":"constructor","name":"Rex"}}',
    '{ pet { __typename } }',
    { pet: null },
    ['pet'],
  ],
  ['an object for a non-null root field that is text', '{"strict":"x"}', '{ strict { name } }', null, ['strict']],
];

for (const [behaviour, says, query, data, path] of wrong)
  conformance(
    `a subgraph that says ${behaviour}`,
    { liar: saying(says) },
    { 'gives null and one error with the path': { query, data, errors: path ? [{ path, code }] : [] } },
  );

conformance(
  'values that are right though they look odd',
  {
    liar: saying(
      '{"any":{"__proto__":{"polluted":true},"constructor":1,"list":[1,null,{"a":"b"}]},"number":0,"text":"","flag":false,"id":12,"real":3}',
    ),
  },
  {
    'a scalar of the schema is passed on as it is': {
      query: '{ any }',
      data: { any: JSON.parse('{"__proto__":{"polluted":true},"constructor":1,"list":[1,null,{"a":"b"}]}') as unknown },
    },
    'false, zero and empty text are no nulls': {
      query: '{ number text flag real }',
      data: { number: 0, text: '', flag: false, real: 3 },
    },
    'a number for ID becomes text': { query: '{ id }', data: { id: '12' } },
  },
);

conformance(
  'a subgraph that says more than it was asked',
  {
    liar: saying(
      '{"person":{"id":"p1","name":"Pia","age":7,"secret":"x","__proto__":{"age":9},"constructor":{"prototype":{"polluted":true}}},"extra":[1]}',
    ),
  },
  {
    'is cut to what the client asked': { query: '{ person { name } }', data: { person: { name: 'Pia' } } },
    'own fields count, not inherited ones': { query: '{ person { age name } }', data: { person: { age: 7, name: 'Pia' } } },
  },
);

conformance(
  'a prototype in place of an answer',
  {
    liar: saying(
      '{"person":{"__proto__":{"name":"Mallory","id":"p9"},"id":"p1"},"people":[{"__proto__":{"name":"Mallory"},"name":"Pia"}]}',
    ),
  },
  {
    'gives nothing to fields that are missing': {
      query: '{ person { name } }',
      data: { person: null },
      errors: [{ path: ['person', 'name'], code }],
    },
    'changes nothing of what is there': { query: '{ people { name } }', data: { people: [{ name: 'Pia' }] } },
  },
);

const people = {
  sdl: `type Query { people: [Patient!]! }  type Patient @key(fields: "id") { id: ID!  name: String! }`,
  resolvers: {
    Query: {
      people: () => [
        { id: '__proto__', name: 'A' },
        { id: 'constructor', name: 'B' },
        { id: '__proto__', name: 'C' },
      ],
    },
  },
};
const notesSdl = `type Patient @key(fields: "id") { id: ID!  note: String  tags: [String!] }`;

conformance(
  'ids that every object inherits',
  {
    people,
    notes: {
      sdl: notesSdl,
      resolvers: { Patient: { __resolveReference: ({ id }: { id: string }) => ({ id, note: `note ${id}`, tags: [] }) } },
    },
  },
  {
    'are ids like any other': {
      query: '{ people { name note } }',
      data: {
        people: [
          { name: 'A', note: 'note __proto__' },
          { name: 'B', note: 'note constructor' },
          { name: 'C', note: 'note __proto__' },
        ],
      },
      representations: { notes: 2 },
    },
  },
);

const entities = (
  behaviour: string,
  text: (count: number) => string,
  data: unknown,
  errors: Parameters<typeof conformance>[2][string]['errors'] = [],
) =>
  conformance(
    `a subgraph that answers for entities ${behaviour}`,
    {
      people,
      notes: { sdl: notesSdl, answer: ({ query, representations }) => ({ data: literalAnswer(query, JSON.parse(text(representations))) }) },
    },
    { 'harms nothing else': { query: '{ people { name note } }', data, errors } },
  );

const withNotes = (...notes: readonly (string | null)[]) => ({
  people: ['A', 'B', 'C'].map((name, index) => ({ name, note: notes[index] ?? null })),
});
const everyNote = [0, 1, 2].map((index) => ({ path: ['people', index, 'note'], code, service: 'notes' }));

entities('too few', () => '{"_entities":[{"note":"x"}]}', withNotes(), everyNote);
entities(
  'too many',
  (count) => `{"_entities":${JSON.stringify(Array.from({ length: count + 1 }, () => ({ note: 'x' })))}}`,
  withNotes(),
  everyNote,
);
entities('an object instead of a list', () => '{"_entities":{"note":"x"}}', withNotes(), everyNote);
entities(
  'texts instead of objects',
  (count) => `{"_entities":${JSON.stringify(Array.from({ length: count }, () => 'x'))}}`,
  withNotes(),
  everyNote,
);
entities(
  'with prototypes, and other keys than were asked',
  (count) =>
    `{"_entities":[${Array.from({ length: count }, () => '{"__proto__":{"name":"M"},"constructor":{},"name":"M","id":"x","note":"ok"}').join()}]}`,
  withNotes('ok', 'ok', 'ok'),
);

afterEach(expectCleanPrototypes);

function expectCleanPrototypes(): void {
  expect(Object.keys(Object.prototype)).toEqual([]);
  const any: Readonly<Record<string, unknown>> = {};
  expect([any['polluted'], any['name'], any['age'], any['text']]).toEqual([undefined, undefined, undefined, undefined]);
}

test('after a lie the router answers as before', async () => {
  let lies = true;
  const graph = await startGraph({
    liar: {
      sdl,
      answer: () =>
        lies
          ? '{"data":{"person":"x","__proto__":{"text":"y"}},"errors":[{"path":{"length":9},"extensions":1}]}'
          : '{"data":{"text":"true"}}',
    },
  });
  try {
    const { body } = await graph.ask({ query: '{ text person { name } }' });
    expect(body.data).toEqual({ text: null, person: null });
    expect(body.errors?.length).toBeGreaterThan(0);
    lies = false;
    expect((await graph.ask({ query: '{ text }' })).body).toEqual({ data: { text: 'true' } });
  } finally {
    await graph.close();
  }
});
