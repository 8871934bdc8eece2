import { GraphQLError } from 'graphql';
import { conformance } from './case.ts';
import { nobodyListens } from './graph.ts';
import type { Ask } from './graph.ts';
import { literalAnswer } from './literal-answer.ts';

const internal = { code: 'INTERNAL_SERVER_ERROR', service: 'scores' };
const gone = { code: 'SUBGRAPH_UNAVAILABLE', service: 'scores' };
const fail = (code: string): never => {
  throw new GraphQLError('no', { extensions: { code } });
};

const people = {
  sdl: `type Query { person: Person  people: [Person!]!  groups: [Group!]!  bad: String  worse(text: String): String! }
    type Group { name: String!  members: [Person!]! }
    type Person @key(fields: "id") { id: ID!  name: String!  boss: Person }`,
  resolvers: {
    Query: {
      person: () => ({ id: 'p1', name: 'Pia', boss: { id: 'p2', name: 'Quin' } }),
      people: () => [
        { id: 'p1', name: 'Pia' },
        { id: 'p2', name: 'Quin' },
        { id: 'p3', name: 'Rea' },
      ],
      groups: () => [
        { name: 'G1', members: [{ id: 'p2', name: 'Quin' }] },
        { name: 'G2', members: [] },
        {
          name: 'G3',
          members: [
            { id: 'p1', name: 'Pia' },
            { id: 'p2', name: 'Quin' },
          ],
        },
      ],
      bad: () => fail('FORBIDDEN'),
      worse: () => fail('BAD_USER_INPUT'),
    },
  },
};
const scoresSdl = `type Query { top: Int  best: Score }
  type Score { value: Int! }
  type Person @key(fields: "id") { id: ID!  score: Int  sure: Int!  scores: [Score]  need(n: Int): Int }`;
const scores = {
  sdl: scoresSdl,
  resolvers: {
    Query: { top: () => 1, best: () => ({ value: 1 }) },
    Person: {
      __resolveReference: ({ id }: { id: string }) => ({ id }),
      score: ({ id }: { id: string }) => (id === 'p2' ? fail('UNKNOWN_CODE') : 5),
      sure: () => 6,
      need: ({ id }: { id: string }, { n }: { n: number }) => (n > 1 && id === 'p2' ? fail('FORBIDDEN') : n),
      scores: ({ id }: { id: string }) => (id === 'p2' ? [{ value: 1 }, { value: () => fail('FORBIDDEN') }] : []),
    },
  },
};

conformance(
  'an error of a subgraph',
  { people, scores },
  {
    'at a root field keeps its path and its code': {
      query: '{ bad person { name } }',
      data: { bad: null, person: { name: 'Pia' } },
      errors: [{ path: ['bad'], code: 'FORBIDDEN', service: 'people' }],
    },
    'at an aliased root field': { query: '{ b: bad }', data: { b: null }, errors: [{ path: ['b'], code: 'FORBIDDEN', service: 'people' }] },
    'at a non-null root field leaves no data': {
      query: '{ person { name } w: worse }',
      data: null,
      errors: [{ path: ['w'], code: 'BAD_USER_INPUT', service: 'people' }],
    },
    'at a field of an entity': {
      query: '{ people { name score } }',
      data: {
        people: [
          { name: 'Pia', score: 5 },
          { name: 'Quin', score: null },
          { name: 'Rea', score: 5 },
        ],
      },
      errors: [{ path: ['people', 1, 'score'], ...internal }],
    },
    'at a field of an entity is said at every place where the entity stands': {
      query: '{ groups { members { s: score } } person { boss { score } } }',
      data: {
        groups: [{ members: [{ s: null }] }, { members: [] }, { members: [{ s: 5 }, { s: null }] }],
        person: { boss: { score: null } },
      },
      errors: [
        { path: ['groups', 0, 'members', 0, 's'], ...internal },
        { path: ['groups', 2, 'members', 1, 's'], ...internal },
        { path: ['person', 'boss', 'score'], ...internal },
      ],
    },
    'within a list of an entity': {
      query: '{ list: people { deep: scores { v: value } } }',
      data: { list: [{ deep: [] }, { deep: [{ v: 1 }, null] }, { deep: [] }] },
      errors: [{ path: ['list', 1, 'deep', 1, 'v'], code: 'FORBIDDEN', service: 'scores' }],
    },
    'at one of two aliases of one field': {
      query: '{ people { a: need(n: 1) b: need(n: 2) } }',
      data: {
        people: [
          { a: 1, b: 2 },
          { a: 1, b: null },
          { a: 1, b: 2 },
        ],
      },
      errors: [{ path: ['people', 1, 'b'], code: 'FORBIDDEN', service: 'scores' }],
    },
  },
);

const broken = (behaviour: string, answer: (ask: Ask) => unknown, expected: { code: string; service: string }) =>
  conformance(
    behaviour,
    { people, scores: { sdl: scoresSdl, answer } },
    {
      'leaves the rest of the answer whole, with one error for each null field': {
        query: '{ people { name score c: scores { value } } top }',
        data: {
          people: [
            { name: 'Pia', score: null, c: null },
            { name: 'Quin', score: null, c: null },
            { name: 'Rea', score: null, c: null },
          ],
          top: null,
        },
        errors: [
          ...[0, 1, 2].flatMap((index) => ['score', 'c'].map((field) => ({ path: ['people', index, field], ...expected }))),
          { path: ['top'], ...expected },
        ],
      },
      'says of a non-null field what broke it': {
        query: '{ person { name sure } }',
        data: { person: null },
        errors: [{ path: ['person', 'sure'], ...expected }],
      },
      'does not matter to operations that do not ask it': {
        query: '{ person { name } }',
        data: { person: { name: 'Pia' } },
        requests: { people: 1 },
      },
      'says nothing about fields that were left out': {
        query: 'query ($no: Boolean!) { person { name score @skip(if: $no) } best { value } }',
        variables: { no: true },
        data: { person: { name: 'Pia' }, best: null },
        errors: [{ path: ['best'], ...expected }],
      },
    },
  );

broken('a subgraph that is down', nobodyListens, gone);
broken('a subgraph that answers with an error without a path', () => ({ data: null, errors: [{ message: 'boom' }] }), internal);
broken('a subgraph that answers with no data and an empty path', () => ({ errors: [{ message: 'boom', path: [] }] }), internal);
broken('a subgraph that answers text', () => 'Bad gateway', { code: 'SUBGRAPH_ERROR', service: 'scores' });
broken('a subgraph that answers a list', () => [], { code: 'SUBGRAPH_ERROR', service: 'scores' });

conformance(
  'a subgraph that is down, and the only one that is asked',
  { people: { ...people, answer: nobodyListens }, scores },
  {
    'leaves nulls for nullable root fields': {
      query: '{ person { name } bad }',
      data: { person: null, bad: null },
      errors: [
        { path: ['person'], code: 'SUBGRAPH_UNAVAILABLE', service: 'people' },
        { path: ['bad'], code: 'SUBGRAPH_UNAVAILABLE', service: 'people' },
      ],
    },
    'leaves no data when a root field may not be null, and asks nothing further': {
      query: '{ people { score } }',
      data: null,
      errors: [{ path: ['people'], code: 'SUBGRAPH_UNAVAILABLE', service: 'people' }],
    },
  },
);

conformance(
  'a required field that fails',
  {
    people,
    scores: {
      sdl: `type Person @key(fields: "id") { id: ID!  age: Int }`,
      answer: ({ query }) => ({
        data: literalAnswer(query, { _entities: [{ age: null }] }),
        errors: [{ message: 'no', path: ['_entities', 0, 'age'] }],
      }),
    },
    labels: {
      sdl: `type Person @key(fields: "id") { id: ID!  age: Int @external  label: String! @requires(fields: "age") }`,
      resolvers: {
        Person: {
          __resolveReference: (person: object) => person,
          label: ({ age }: { age: number | null }) => `age ${age}`,
        },
      },
    },
  },
  {
    'is null for the one who requires it; its error stands at the object around it': {
      query: '{ person { label } }',
      data: { person: { label: 'age null' } },
      errors: [{ path: ['person'], ...internal }],
    },
    'stands at its own place when the client asked it as well': {
      query: '{ person { label age } }',
      data: { person: { label: 'age null', age: null } },
      errors: [{ path: ['person', 'age'], ...internal }],
    },
  },
);

conformance(
  'an entity that cannot be loaded',
  {
    people,
    scores: {
      ...scores,
      resolvers: {
        ...scores.resolvers,
        Person: {
          ...scores.resolvers.Person,
          __resolveReference: async ({ id }: { id: string }) => (id === 'p2' ? fail('FORBIDDEN') : { id }),
        },
      },
    },
  },
  {
    'leaves its fields null and stands where the entity stands': {
      query: '{ all: people { id score } }',
      data: {
        all: [
          { id: 'p1', score: 5 },
          { id: 'p2', score: null },
          { id: 'p3', score: 5 },
        ],
      },
      errors: [{ path: ['all', 1], code: 'FORBIDDEN', service: 'scores' }],
    },
    'explains the null of its non-null field': {
      query: '{ person { boss { id sure } } }',
      data: { person: { boss: null } },
      errors: [{ path: ['person', 'boss'], code: 'FORBIDDEN', service: 'scores' }],
    },
  },
);

broken(
  'a subgraph whose _entities fail as a whole',
  ({ query }) => ({
    data: null,
    errors: [{ message: 'no', ...(query.includes('_entities') && { path: ['_entities'] }), extensions: { code: 'FORBIDDEN' } }],
  }),
  { code: 'FORBIDDEN', service: 'scores' },
);
