import { conformance } from './case.ts';
import { byKey } from './graph.ts';

const doctors = [
  { id: 'd1', name: 'Ann', patients: [{ id: 'p1' }, { id: 'p2' }], mentor: null },
  { id: 'd2', name: 'Bo', patients: [{ id: 'p2' }, { id: 'p1' }], mentor: { id: 'd1' } },
  { id: 'd3', name: 'Cy', patients: [], mentor: { id: 'd2' } },
];
const patients = [
  { id: 'p1', name: 'Pia', doctor: { id: 'd1' } },
  { id: 'p2', name: 'Quin', doctor: { id: 'd2' } },
];

const staff = {
  sdl: `type Query { doctors: [Doctor!]!  doctor(id: ID!): Doctor  visit: Visit  nobody: Doctor  none: [Doctor!] }
    type Doctor @key(fields: "id") { id: ID!  name: String!  patients: [Patient!]!  mentor: Doctor }
    type Patient @key(fields: "id", resolvable: false) { id: ID! }
    type Visit { patient: Patient!  doctor: Doctor! }`,
  resolvers: {
    Query: {
      doctors: () => doctors,
      doctor: (_: unknown, { id }: { id: string }) => byKey(doctors)({ id }),
      visit: () => ({ patient: { id: 'p1' }, doctor: doctors[1] }),
      nobody: () => null,
      none: () => [],
    },
    Doctor: { __resolveReference: byKey(doctors), mentor: ({ mentor }: (typeof doctors)[number]) => mentor && byKey(doctors)(mentor) },
  },
};
const records = {
  sdl: `type Query { patient(id: ID!): Patient }
    type Patient @key(fields: "id") { id: ID!  name: String!  doctor: Doctor! }
    type Doctor @key(fields: "id", resolvable: false) { id: ID! }`,
  resolvers: {
    Query: { patient: (_: unknown, { id }: { id: string }) => byKey(patients)({ id }) },
    Patient: { __resolveReference: byKey(patients) },
  },
};
const ratings = {
  sdl: `type Doctor @key(fields: "id") { id: ID!  stars: Int!  praise: [String!]! }
    type Patient @key(fields: "id") { id: ID!  mood(scale: Int = 1): Int }`,
  resolvers: {
    Doctor: {
      __resolveReference: ({ id }: { id: string }) => ({ id, stars: Number(id.slice(1)), praise: id === 'd3' ? [] : [`good ${id}`] }),
    },
    Patient: {
      __resolveReference: ({ id }: { id: string }) => ({ id }),
      mood: ({ id }: { id: string }, { scale }: { scale: number }) => Number(id.slice(1)) * scale,
    },
  },
};

conformance(
  'entities',
  { staff, records, ratings },
  {
    'across two subgraphs': {
      query: '{ doctor(id: "d2") { name stars praise } }',
      data: { doctor: { name: 'Bo', stars: 2, praise: ['good d2'] } },
      requests: { staff: 1, ratings: 1 },
      representations: { ratings: 1 },
    },
    'of one subgraph only need no other': {
      query: '{ doctor(id: "d2") { id name patients { id } } }',
      data: { doctor: { id: 'd2', name: 'Bo', patients: [{ id: 'p2' }, { id: 'p1' }] } },
      requests: { staff: 1 },
    },
    'across three subgraphs, there and back': {
      query: '{ patient(id: "p2") { name doctor { name stars patients { name mood } } } }',
      data: {
        patient: {
          name: 'Quin',
          doctor: {
            name: 'Bo',
            stars: 2,
            patients: [
              { name: 'Quin', mood: 2 },
              { name: 'Pia', mood: 1 },
            ],
          },
        },
      },
      requests: { records: 2, staff: 1, ratings: 1 },
      representations: { staff: 1, records: 2, ratings: 3 },
    },
    'in lists in lists: each distinct one is asked once and written to all its places': {
      query: '{ doctors { name patients { name mood } } }',
      data: {
        doctors: [
          {
            name: 'Ann',
            patients: [
              { name: 'Pia', mood: 1 },
              { name: 'Quin', mood: 2 },
            ],
          },
          {
            name: 'Bo',
            patients: [
              { name: 'Quin', mood: 2 },
              { name: 'Pia', mood: 1 },
            ],
          },
          { name: 'Cy', patients: [] },
        ],
      },
      requests: { staff: 1, records: 1, ratings: 1 },
      representations: { records: 2, ratings: 2 },
    },
    'that come again deeper': {
      query: '{ doctors { patients { doctor { name patients { name } } } } }',
      data: {
        doctors: [
          {
            patients: [
              { doctor: { name: 'Ann', patients: [{ name: 'Pia' }, { name: 'Quin' }] } },
              { doctor: { name: 'Bo', patients: [{ name: 'Quin' }, { name: 'Pia' }] } },
            ],
          },
          {
            patients: [
              { doctor: { name: 'Bo', patients: [{ name: 'Quin' }, { name: 'Pia' }] } },
              { doctor: { name: 'Ann', patients: [{ name: 'Pia' }, { name: 'Quin' }] } },
            ],
          },
          { patients: [] },
        ],
      },
      requests: { staff: 2, records: 2 },
      representations: { staff: 2, records: 4 },
    },
    'of two types at the same stage go to a subgraph in one request': {
      query: '{ visit { patient { mood } doctor { stars } } }',
      data: { visit: { patient: { mood: 1 }, doctor: { stars: 2 } } },
      requests: { staff: 1, ratings: 1 },
      representations: { ratings: 2 },
    },
    'of the same type at two places of the same stage go to a subgraph in one request': {
      query: '{ a: doctor(id: "d1") { stars } b: doctor(id: "d2") { stars } all: doctors { stars } }',
      data: { a: { stars: 1 }, b: { stars: 2 }, all: [{ stars: 1 }, { stars: 2 }, { stars: 3 }] },
      requests: { staff: 1, ratings: 1 },
    },
    'at two places with different selections keep apart what each asked': {
      query:
        '{ a: doctor(id: "d1") { stars } b: doctor(id: "d1") { praise } visit { patient { mood(scale: 5) } doctor { patients { mood } } } }',
      data: {
        a: { stars: 1 },
        b: { praise: ['good d1'] },
        visit: { patient: { mood: 5 }, doctor: { patients: [{ mood: 2 }, { mood: 1 }] } },
      },
    },
    'from root fields of two subgraphs': {
      query: '{ patient(id: "p1") { name } doctor(id: "d1") { name } }',
      data: { patient: { name: 'Pia' }, doctor: { name: 'Ann' } },
      requests: { records: 1, staff: 1 },
    },
    'that do not exist, and empty lists, need no second request': {
      query: '{ nobody { stars } none { stars praise } doctor(id: "d3") { patients { name mood doctor { stars } } } }',
      data: { nobody: null, none: [], doctor: { patients: [] } },
      requests: { staff: 1 },
    },
    'with an empty list of scalars of another subgraph': {
      query: '{ doctor(id: "d3") { praise } }',
      data: { doctor: { praise: [] } },
    },
    'of the same type in each other, five deep': {
      query: '{ doctor(id: "d3") { stars mentor { stars mentor { stars mentor { stars mentor { stars } } } } } }',
      data: { doctor: { stars: 3, mentor: { stars: 2, mentor: { stars: 1, mentor: null } } } },
      requests: { staff: 1, ratings: 1 },
      representations: { ratings: 3 },
    },
  },
);

const count = 990;
const rooms = Array.from({ length: count }, (_, index) => ({ id: `r${index}`, bed: { id: `b${index % 7}` } }));

conformance(
  'a large fan-out',
  {
    house: {
      sdl: `type Query { rooms: [Room!]! }
        type Room @key(fields: "id") { id: ID!  bed: Bed! }
        type Bed @key(fields: "id", resolvable: false) { id: ID! }`,
      resolvers: { Query: { rooms: () => rooms }, Room: { __resolveReference: byKey(rooms) } },
    },
    cleaning: {
      sdl: `type Room @key(fields: "id") { id: ID!  clean: Boolean }  type Bed @key(fields: "id") { id: ID!  made: String }`,
      resolvers: {
        Room: { __resolveReference: ({ id }: { id: string }) => ({ id, clean: id.endsWith('0') }) },
        Bed: { __resolveReference: ({ id }: { id: string }) => ({ id, made: `made ${id}` }) },
      },
    },
  },
  {
    'sends each distinct entity once, in one request': {
      query: '{ rooms { clean bed { made } } }',
      data: { rooms: rooms.map(({ id, bed }) => ({ clean: id.endsWith('0'), bed: { made: `made ${bed.id}` } })) },
      requests: { house: 1, cleaning: 1 },
      representations: { cleaning: count + 7 },
    },
  },
);
