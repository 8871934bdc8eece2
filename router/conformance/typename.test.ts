import { conformance } from './case.ts';

const people = {
  people: {
    sdl: `"Where to begin" type Query { person: Person  people: [Person!]!  hidden: String @inaccessible }
      type Mutation { rename(name: String!): Person }
      "A human" type Person @key(fields: "id") { id: ID!  name: String!  home: Address  old: String @deprecated(reason: "gone") }
      type Address { city: String! }
      enum Mood { GOOD BAD }`,
    resolvers: {
      Query: {
        person: () => ({ id: 'p1', name: 'Pia', home: { city: 'Graz' } }),
        people: () => [{ id: 'p1', name: 'Pia', home: null }],
      },
      Mutation: { rename: (_: unknown, { name }: { name: string }) => ({ id: 'p1', name }) },
    },
  },
  moods: {
    sdl: `type Query { anyMood: Mood }  type Person @key(fields: "id") { id: ID!  mood: Mood!  diary: Diary }
      type Diary { pages: Int! }  enum Mood { GOOD BAD }`,
    resolvers: {
      Query: { anyMood: () => 'BAD' },
      Person: { __resolveReference: ({ id }: { id: string }) => ({ id, mood: 'GOOD', diary: { pages: 3 } }) },
    },
  },
};

conformance('__typename', people, {
  'at the root alone needs no subgraph': { query: '{ __typename }', data: { __typename: 'Query' }, requests: {} },
  'at the root under an alias, between fields': {
    query: '{ a: __typename person { name } b: __typename }',
    data: { a: 'Query', person: { name: 'Pia' }, b: 'Query' },
    requests: { people: 1 },
  },
  'at the root of a mutation': {
    query: 'mutation { __typename rename(name: "Q") { __typename } }',
    data: { __typename: 'Mutation', rename: { __typename: 'Person' } },
  },
  'at every level': {
    query: '{ __typename person { __typename home { __typename city } diary { __typename pages } } }',
    data: {
      __typename: 'Query',
      person: { __typename: 'Person', home: { __typename: 'Address', city: 'Graz' }, diary: { __typename: 'Diary', pages: 3 } },
    },
  },
  'alone in an object': { query: '{ person { __typename } }', data: { person: { __typename: 'Person' } }, requests: { people: 1 } },
  'alone in an object of the second subgraph': {
    query: '{ person { diary { __typename } } }',
    data: { person: { diary: { __typename: 'Diary' } } },
  },
  'under an alias and plain, in a list': {
    query: '{ people { what: __typename mood __typename } }',
    data: { people: [{ what: 'Person', mood: 'GOOD', __typename: 'Person' }] },
  },
  'an alias __typename for another field': {
    query: '{ person { name __typename: name } }',
    data: { person: { name: 'Pia', __typename: 'Pia' } },
  },
  'an alias __typename for another field, beside a field of another subgraph': {
    query: '{ person { __typename: name mood } }',
    data: { person: { __typename: 'Pia', mood: 'GOOD' } },
  },
  'in a fragment and in the selection': {
    query: '{ person { ...F __typename mood } } fragment F on Person { __typename name }',
    data: { person: { __typename: 'Person', name: 'Pia', mood: 'GOOD' } },
  },
  'is not there when it was not asked': { query: '{ people { mood } }', data: { people: [{ mood: 'GOOD' }] } },
});

conformance('introspection', people, {
  'alone needs no subgraph': {
    query: '{ __schema { queryType { name } mutationType { name } subscriptionType { name } } }',
    data: { __schema: { queryType: { name: 'Query' }, mutationType: { name: 'Mutation' }, subscriptionType: null } },
    requests: {},
  },
  'of a type, with fields of all subgraphs and descriptions': {
    query: '{ __type(name: "Person") { kind description fields { name type { kind name ofType { name } } } } }',
    data: {
      __type: {
        kind: 'OBJECT',
        description: 'A human',
        fields: [
          { name: 'id', type: { kind: 'NON_NULL', name: null, ofType: { name: 'ID' } } },
          { name: 'mood', type: { kind: 'NON_NULL', name: null, ofType: { name: 'Mood' } } },
          { name: 'diary', type: { kind: 'OBJECT', name: 'Diary', ofType: null } },
          { name: 'name', type: { kind: 'NON_NULL', name: null, ofType: { name: 'String' } } },
          { name: 'home', type: { kind: 'OBJECT', name: 'Address', ofType: null } },
        ],
      },
    },
  },
  'shows deprecated fields when asked': {
    query: 'query ($all: Boolean!) { __type(name: "Person") { fields(includeDeprecated: $all) { name deprecationReason } } }',
    variables: { all: true },
    data: {
      __type: {
        fields: [
          { name: 'id', deprecationReason: null },
          { name: 'mood', deprecationReason: null },
          { name: 'diary', deprecationReason: null },
          { name: 'name', deprecationReason: null },
          { name: 'home', deprecationReason: null },
          { name: 'old', deprecationReason: 'gone' },
        ],
      },
    },
  },
  'shows nothing that is @inaccessible and no machinery of federation': {
    query: '{ __type(name: "Query") { fields { name } } any: __type(name: "_Any") { name } join: __type(name: "join__Graph") { name } }',
    data: { __type: { fields: [{ name: 'anyMood' }, { name: 'person' }, { name: 'people' }] }, any: null, join: null },
  },
  'mixed with data': {
    query: '{ __schema { queryType { name } } person { name mood } t: __type(name: "Mood") { enumValues { name } } }',
    data: {
      __schema: { queryType: { name: 'Query' } },
      person: { name: 'Pia', mood: 'GOOD' },
      t: { enumValues: [{ name: 'GOOD' }, { name: 'BAD' }] },
    },
    requests: { people: 1, moods: 1 },
  },
  'twice under aliases, with fragments, variables and conditions': {
    query: `query ($name: String!, $no: Boolean!) {
      a: __type(name: $name) { ...T }  b: __type(name: "Diary") { ...T kind @include(if: $no) }  c: __type(name: "Nope") { name } anyMood
    } fragment T on __Type { n: name __typename }`,
    variables: { name: 'Mood', no: false },
    data: { a: { n: 'Mood', __typename: '__Type' }, b: { n: 'Diary', __typename: '__Type' }, c: null, anyMood: 'BAD' },
  },
  'in a fragment at the root': {
    query: '{ ...F person { name } } fragment F on Query { __schema { queryType { name } } __typename }',
    data: { __schema: { queryType: { name: 'Query' } }, __typename: 'Query', person: { name: 'Pia' } },
  },
});
