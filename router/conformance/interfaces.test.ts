import { conformance } from './case.ts';

const media = [
  { __typename: 'Scan', id: 'm1', title: 'Knee', slices: 12 },
  { __typename: 'Video', id: 'm2', title: 'Walk', seconds: 30 },
  { __typename: 'Scan', id: 'm3', title: 'Hip', slices: 8 },
];
const library = {
  sdl: `type Query { media: [Media!]!  medium(id: ID!): Media }
    interface Media @key(fields: "id") { id: ID!  title: String! }
    type Scan implements Media @key(fields: "id") { id: ID!  title: String!  slices: Int! }
    type Video implements Media @key(fields: "id") { id: ID!  title: String!  seconds: Int! }`,
  resolvers: {
    Query: { media: () => media, medium: (_: unknown, { id }: { id: string }) => media.find((each) => each.id === id) },
    Media: {
      __resolveReference: ({ id }: { id: string }) => media.find((each) => each.id === id),
      __resolveType: ({ __typename }: { __typename: string }) => __typename,
    },
    Scan: { __resolveReference: ({ id }: { id: string }) => media.find((each) => each.id === id) },
    Video: { __resolveReference: ({ id }: { id: string }) => media.find((each) => each.id === id) },
  },
};
const comments = {
  sdl: `type Query { commented: [Media!]! }
    type Media @key(fields: "id") @interfaceObject { id: ID!  comments: [String!]!  author: Author }
    type Author { name: String! }`,
  resolvers: {
    Query: { commented: () => [{ id: 'm2' }, { id: 'm1' }] },
    Media: {
      __resolveReference: ({ id }: { id: string }) => ({ id }),
      comments: ({ id }: { id: string }) => [`on ${id}`],
      author: () => ({ name: 'Ann' }),
    },
  },
};

conformance(
  '@interfaceObject',
  { library, comments },
  {
    'adds fields to every implementation': {
      query: '{ media { title comments } }',
      data: {
        media: [
          { title: 'Knee', comments: ['on m1'] },
          { title: 'Walk', comments: ['on m2'] },
          { title: 'Hip', comments: ['on m3'] },
        ],
      },
      requests: { library: 1, comments: 1 },
      representations: { comments: 3 },
    },
    'added fields are there in a fragment on one implementation': {
      query: '{ media { id ... on Scan { slices comments } ... on Video { author { name } } } }',
      data: {
        media: [
          { id: 'm1', slices: 12, comments: ['on m1'] },
          { id: 'm2', author: { name: 'Ann' } },
          { id: 'm3', slices: 8, comments: ['on m3'] },
        ],
      },
    },
    'the real type is asked of the subgraph that knows it': {
      query: '{ commented { __typename comments } }',
      data: {
        commented: [
          { __typename: 'Video', comments: ['on m2'] },
          { __typename: 'Scan', comments: ['on m1'] },
        ],
      },
    },
    'from the interface object to fields of the implementations': {
      query: '{ commented { id title comments ... on Video { seconds } ... on Scan { slices } } }',
      data: {
        commented: [
          { id: 'm2', title: 'Walk', comments: ['on m2'], seconds: 30 },
          { id: 'm1', title: 'Knee', comments: ['on m1'], slices: 12 },
        ],
      },
    },
    'needs no other subgraph when nothing depends on the type': {
      query: '{ commented { id comments } }',
      data: {
        commented: [
          { id: 'm2', comments: ['on m2'] },
          { id: 'm1', comments: ['on m1'] },
        ],
      },
      requests: { comments: 1 },
    },
    '__typename under an alias, twice': {
      query: '{ commented { kind: __typename __typename } media { kind: __typename } }',
      data: {
        commented: [
          { kind: 'Video', __typename: 'Video' },
          { kind: 'Scan', __typename: 'Scan' },
        ],
        media: [{ kind: 'Scan' }, { kind: 'Video' }, { kind: 'Scan' }],
      },
    },
    'a fragment on the interface inside of one on an implementation': {
      query: '{ medium(id: "m2") { ... on Video { ... on Media { comments title } } ... on Scan { comments } } }',
      data: { medium: { comments: ['on m2'], title: 'Walk' } },
    },
  },
);

const feed = [
  { __typename: 'Message', id: 'x1', text: 'Hi' },
  { __typename: 'Result', id: 'x2', value: 7, unit: { name: 'mg' } },
  { __typename: 'Reminder', at: '9:00' },
  { __typename: 'Message', id: 'x3', text: 'Bye' },
];
const inbox = {
  sdl: `type Query { feed: [Entry!]!  first: Entry  dated: [Dated!]! }
    union Entry = Message | Result | Reminder
    interface Dated { id: ID! }
    type Message implements Dated @key(fields: "id") { id: ID!  text: String! }
    type Result implements Dated @key(fields: "id") { id: ID!  value: Int!  unit: Unit! }
    type Reminder { at: String! }
    type Unit { name: String! }`,
  resolvers: {
    Query: { feed: () => feed, first: () => feed[0], dated: () => feed.filter((entry) => 'id' in entry) },
    Message: { __resolveReference: ({ id }: { id: string }) => feed.find((entry) => entry.id === id) },
  },
};
const flags = {
  sdl: `type Message @key(fields: "id") { id: ID!  read: Boolean!  value: String  reply: Reply }
    type Result @key(fields: "id") { id: ID!  read: Boolean! }
    union Reply = Message | Nothing
    type Nothing { why: String! }`,
  resolvers: {
    Message: {
      __resolveReference: ({ id }: { id: string }) => ({ id, read: id === 'x1', value: `v${id}` }),
      reply: ({ id }: { id: string }) =>
        id === 'x1' ? { __typename: 'Message', id: 'x3', read: false } : { __typename: 'Nothing', why: 'nobody answered' },
    },
    Result: { __resolveReference: ({ id }: { id: string }) => ({ id, read: true }) },
  },
};

conformance(
  'unions and interfaces',
  { inbox, flags },
  {
    'each member has its own fields, from its own subgraphs': {
      query: '{ feed { ... on Message { text read } ... on Result { read value unit { name } } ... on Reminder { at } } }',
      data: {
        feed: [{ text: 'Hi', read: true }, { read: true, value: 7, unit: { name: 'mg' } }, { at: '9:00' }, { text: 'Bye', read: false }],
      },
      requests: { inbox: 1, flags: 1 },
      representations: { flags: 3 },
    },
    'a member that no fragment names is an empty object': {
      query: '{ feed { ... on Result { value } } }',
      data: { feed: [{}, { value: 7 }, {}, {}] },
      requests: { inbox: 1 },
    },
    '__typename and its aliases': {
      query: '{ feed { __typename ... on Message { kind: __typename } ... on Entry { which: __typename } } first { type: __typename } }',
      data: {
        feed: [
          { __typename: 'Message', kind: 'Message', which: 'Message' },
          { __typename: 'Result', which: 'Result' },
          { __typename: 'Reminder', which: 'Reminder' },
          { __typename: 'Message', kind: 'Message', which: 'Message' },
        ],
        first: { type: 'Message' },
      },
      requests: { inbox: 1 },
    },
    'a fragment on an interface inside of a union': {
      query: '{ feed { ... on Dated { id ... on Message { read } } } }',
      data: { feed: [{ id: 'x1', read: true }, { id: 'x2' }, {}, { id: 'x3', read: false }] },
      representations: { flags: 2 },
    },
    'the same response key with another type in each member is refused': {
      query: '{ feed { ... on Message { data: value } ... on Result { data: unit { name } } } }',
      data: undefined,
      errors: [{ path: [], code: 'GRAPHQL_VALIDATION_FAILED' }],
      requests: {},
    },
    'the same response key for different fields of one type': {
      query: '{ feed { ... on Message { flag: read } ... on Result { flag: read } } }',
      data: { feed: [{ flag: true }, { flag: true }, {}, { flag: false }] },
    },
    'a union of the second subgraph leads back into the first': {
      query: '{ first { ... on Message { reply { ... on Message { text read } ... on Nothing { why } } } } }',
      data: { first: { reply: { text: 'Bye', read: false } } },
    },
    'an interface gives shared fields and those of its implementations': {
      query: '{ dated { id ... on Message { text read } ... on Result { value } } }',
      data: {
        dated: [
          { id: 'x1', text: 'Hi', read: true },
          { id: 'x2', value: 7 },
          { id: 'x3', text: 'Bye', read: false },
        ],
      },
    },
    'order of keys follows the first mention': {
      query: '{ feed { ... on Message { read } __typename ... on Message { text } } }',
      data: {
        feed: [
          { read: true, __typename: 'Message', text: 'Hi' },
          { __typename: 'Result' },
          { __typename: 'Reminder' },
          { read: false, __typename: 'Message', text: 'Bye' },
        ],
      },
    },
  },
);
