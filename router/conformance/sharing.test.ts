import { conformance } from './case.ts';
import { byKey } from './graph.ts';

const patients = [
  { id: 'p1', name: 'Pia', email: 'pia@example.org' },
  { id: 'p2', name: 'Quin', email: 'quin@example.org' },
];

conformance(
  '@provides',
  {
    registry: {
      sdl: `type Query { patient(id: ID!): Patient }
        type Patient @key(fields: "id") { id: ID!  name: String! @shareable  email: String!  address: Address! @shareable }
        type Address { city: String! @shareable  street: String! }`,
      resolvers: {
        Query: { patient: (_: unknown, { id }: { id: string }) => byKey(patients)({ id }) },
        Patient: { __resolveReference: byKey(patients), address: () => ({ city: 'Graz', street: 'Hauptplatz' }) },
      },
    },
    visits: {
      sdl: `type Query { visits: [Visit!]!  latest: Visit }
        type Visit { at: String!  patient: Patient! @provides(fields: "name address { city }")  companion: Patient }
        type Patient @key(fields: "id") { id: ID!  name: String! @external  address: Address! @external }
        type Address { city: String! @external }`,
      resolvers: {
        Query: {
          visits: () => [{ at: '9:00', patient: { id: 'p1', name: 'Pia', address: { city: 'Graz' } } }],
          latest: () => ({ at: '10:00', patient: { id: 'p2', name: 'Quin', address: { city: 'Graz' } }, companion: { id: 'p1' } }),
        },
      },
    },
  },
  {
    'spares the request to the owner': {
      query: '{ visits { patient { id name address { city } } } }',
      data: { visits: [{ patient: { id: 'p1', name: 'Pia', address: { city: 'Graz' } } }] },
      requests: { visits: 1 },
    },
    'holds on its own path only': {
      query: '{ latest { patient { name } companion { name } } }',
      data: { latest: { patient: { name: 'Quin' }, companion: { name: 'Pia' } } },
      requests: { visits: 1, registry: 1 },
      representations: { registry: 1 },
    },
    'gives a part of an object, the rest comes from the owner': {
      query: '{ visits { patient { name email address { city street } } } }',
      data: { visits: [{ patient: { name: 'Pia', email: 'pia@example.org', address: { city: 'Graz', street: 'Hauptplatz' } } }] },
      requests: { visits: 1, registry: 1 },
    },
  },
);

const hours = {
  sdl: `type Query { hours: Hours  hotline: String @shareable }  type Hours @shareable { opens: Int!  closes: Int!  pause: Int }`,
};

conformance(
  '@shareable',
  {
    clinic: { ...hours, resolvers: { Query: { hours: () => ({ opens: 8, closes: 18, pause: null }), hotline: () => '144' } } },
    pharmacy: {
      sdl: `type Query { stock: Stock  hotline: String @shareable }  type Stock { hours: Hours! }  type Hours @shareable { opens: Int!  closes: Int!  pause: Int }`,
      resolvers: { Query: { stock: () => ({ hours: { opens: 9, closes: 12, pause: null } }), hotline: () => '144' } },
    },
  },
  {
    'root fields are asked of one subgraph only': { query: '{ hotline }', data: { hotline: '144' } },
    'root fields go where the rest of the operation goes': {
      query: '{ hotline stock { hours { opens } } }',
      data: { hotline: '144', stock: { hours: { opens: 9 } } },
      requests: { pharmacy: 1 },
    },
    'value types come from where the parent comes': {
      query: '{ hours { opens closes } stock { hours { opens closes pause } } }',
      data: { hours: { opens: 8, closes: 18 }, stock: { hours: { opens: 9, closes: 12, pause: null } } },
      requests: { clinic: 1, pharmacy: 1 },
    },
  },
);

conformance(
  'a root type that two subgraphs share in parts',
  {
    left: {
      sdl: `type Query { info: Info @shareable }  type Info @shareable { version: String!  left: Int! }`,
      resolvers: { Query: { info: () => ({ version: '1', left: 1 }) } },
    },
    right: {
      sdl: `type Query { info: Info @shareable }  type Info @shareable { version: String!  right: Int! }`,
      resolvers: { Query: { info: () => ({ version: '1', right: 2 }) } },
    },
  },
  {
    'is put together from both': {
      query: '{ info { right version left } }',
      data: { info: { right: 2, version: '1', left: 1 } },
      requests: { left: 1, right: 1 },
    },
    'under two aliases': {
      query: '{ a: info { right left } b: info { left version } }',
      data: { a: { right: 2, left: 1 }, b: { left: 1, version: '1' } },
    },
  },
);

conformance(
  '@override',
  {
    old: {
      sdl: `type Query { bill: Bill }  type Bill @key(fields: "id") { id: ID!  total: Int!  paid: Boolean! }`,
      resolvers: { Query: { bill: () => ({ id: 'b1', total: -1, paid: true }) }, Bill: { __resolveReference: byKey([]) } },
    },
    next: {
      sdl: `type Bill @key(fields: "id") { id: ID!  total: Int! @override(from: "old") }`,
      resolvers: { Bill: { __resolveReference: ({ id }: { id: string }) => ({ id, total: 42 }) } },
    },
  },
  {
    'the field comes from its new home': {
      query: '{ bill { paid total } }',
      data: { bill: { paid: true, total: 42 } },
      requests: { old: 1, next: 1 },
    },
    'the rest stays': { query: '{ bill { paid } }', data: { bill: { paid: true } }, requests: { old: 1 } },
  },
);
