import { conformance } from './case.ts';
import { byKey } from './graph.ts';

const drugs = [
  { id: 'g1', code: 'A10', name: 'Metformin' },
  { id: 'g2', code: 'B01', name: 'Heparin' },
];

conformance(
  'an entity with two keys',
  {
    catalogue: {
      sdl: `type Query { drugs: [Drug!]! }  type Drug @key(fields: "id") @key(fields: "code") { id: ID!  code: String!  name: String! }`,
      resolvers: {
        Query: { drugs: () => drugs },
        Drug: {
          __resolveReference: (drug: { id?: string; code?: string }) => drugs.find(({ id, code }) => id === drug.id || code === drug.code),
        },
      },
    },
    stock: {
      sdl: `type Drug @key(fields: "code") { code: String!  left: Int! }`,
      resolvers: { Drug: { __resolveReference: ({ code }: { code: string }) => ({ code, left: code.length + Number(code.slice(1)) }) } },
    },
    orders: {
      sdl: `type Query { order: Order }  type Order { drug: Drug!  again: Drug! }  type Drug @key(fields: "id") { id: ID!  ordered: Int! }`,
      resolvers: {
        Query: { order: () => ({ drug: { id: 'g2', ordered: 7 }, again: { id: 'g2', ordered: 7 } }) },
        Drug: { __resolveReference: ({ id }: { id: string }) => ({ id, ordered: Number(id.slice(1)) }) },
      },
    },
  },
  {
    'is reached by each of them': {
      query: '{ drugs { name left ordered } }',
      data: {
        drugs: [
          { name: 'Metformin', left: 13, ordered: 1 },
          { name: 'Heparin', left: 4, ordered: 2 },
        ],
      },
      requests: { catalogue: 1, stock: 1, orders: 1 },
      representations: { stock: 2, orders: 2 },
    },
    'goes through the subgraph that knows both, when one key must be turned into the other': {
      query: '{ order { drug { ordered left } } }',
      data: { order: { drug: { ordered: 7, left: 4 } } },
      requests: { orders: 1, catalogue: 1, stock: 1 },
    },
    // Each place has a sequence of its own in the plan; what is at the same stage goes out together.
    'is turned once, though it stands at two places with other fields': {
      query: '{ order { drug { left } again { left name } } }',
      data: { order: { drug: { left: 4 }, again: { left: 4, name: 'Heparin' } } },
      requests: { orders: 1, catalogue: 1, stock: 1 },
    },
    'does not show the keys that the client did not ask for': {
      query: '{ order { again { left } } }',
      data: { order: { again: { left: 4 } } },
    },
  },
);

const beds = [
  { ward: 'w1', number: 1, free: true },
  { ward: 'w1', number: 2, free: false },
  { ward: 'w2', number: 1, free: false },
];

conformance(
  'an entity with a compound key',
  {
    wards: {
      sdl: `type Query { beds: [Bed!]! }  type Bed @key(fields: "ward number") { ward: String!  number: Int! }`,
      resolvers: { Query: { beds: () => [...beds, beds[0]] } },
    },
    use: {
      sdl: `type Bed @key(fields: "ward number") { ward: String!  number: Int!  free: Boolean! }`,
      resolvers: {
        Bed: {
          __resolveReference: (bed: { ward: string; number: number }) =>
            beds.find(({ ward, number }) => ward === bed.ward && number === bed.number),
        },
      },
    },
  },
  {
    'is told apart by all of its parts': {
      query: '{ beds { free } }',
      data: { beds: [{ free: true }, { free: false }, { free: false }, { free: true }] },
      requests: { wards: 1, use: 1 },
      representations: { use: 3 },
    },
    'keeps its parts apart from aliases of the client': {
      query: '{ beds { number: ward ward: number free } }',
      data: {
        beds: [
          { number: 'w1', ward: 1, free: true },
          { number: 'w1', ward: 2, free: false },
          { number: 'w2', ward: 1, free: false },
          { number: 'w1', ward: 1, free: true },
        ],
      },
    },
  },
);

const claims = [
  { number: '1', payer: { country: 'AT', id: 'x' }, lines: [{ code: 'a' }, { code: 'b' }] },
  { number: '1', payer: { country: 'BE', id: 'x' }, lines: [] },
];

conformance(
  'an entity with a nested key',
  {
    claims: {
      sdl: `type Query { claims: [Claim!]! }
        type Claim @key(fields: "number payer { id country }") { number: ID!  payer: Payer! }
        type Payer { id: ID! @shareable  country: String! @shareable }`,
      resolvers: { Query: { claims: () => claims } },
    },
    money: {
      sdl: `type Claim @key(fields: "number payer { id country }") { number: ID!  payer: Payer!  amount: String! }
        type Payer { id: ID! @shareable  country: String! @shareable }`,
      resolvers: {
        Claim: {
          __resolveReference: (claim: (typeof claims)[number]) => claim,
          amount: ({ number, payer }: (typeof claims)[number]) => `${number} of ${payer.id} in ${payer.country}`,
        },
      },
    },
  },
  {
    'sends the whole key': {
      query: '{ claims { amount } }',
      data: { claims: [{ amount: '1 of x in AT' }, { amount: '1 of x in BE' }] },
      representations: { money: 2 },
    },
    'shows of it what the client asked': {
      query: '{ claims { amount payer { land: country } } }',
      data: {
        claims: [
          { amount: '1 of x in AT', payer: { land: 'AT' } },
          { amount: '1 of x in BE', payer: { land: 'BE' } },
        ],
      },
    },
  },
);

conformance(
  'an entity whose key has a list',
  {
    teams: {
      sdl: `type Query { teams: [Team!]! }  type Team @key(fields: "members { id }") { members: [Member!]! }
        type Member @shareable { id: ID! }`,
      resolvers: {
        Query: { teams: () => [{ members: [{ id: 'a' }, { id: 'b' }] }, { members: [] }, { members: [{ id: 'a' }, { id: 'b' }] }] },
      },
    },
    names: {
      sdl: `type Team @key(fields: "members { id }") { members: [Member!]!  name: String! }  type Member @shareable { id: ID! }`,
      resolvers: {
        Team: {
          __resolveReference: ({ members }: { members: { id: string }[] }) => ({
            members,
            name: `team ${members.map(({ id }) => id).join('+')}`,
          }),
        },
      },
    },
  },
  {
    'sends the list, empty or not': {
      query: '{ teams { name } }',
      data: { teams: [{ name: 'team a+b' }, { name: 'team ' }, { name: 'team a+b' }] },
      representations: { names: 2 },
    },
  },
);

conformance(
  'ids of different kinds',
  {
    owner: {
      sdl: `type Query { things: [Thing!]! }  type Thing @key(fields: "id flag") { id: ID!  flag: Boolean! }`,
      resolvers: {
        Query: {
          things: () => [
            { id: '1', flag: true },
            { id: '1', flag: false },
            { id: 'true', flag: true },
          ],
        },
      },
    },
    other: {
      sdl: `type Thing @key(fields: "id flag") { id: ID!  flag: Boolean!  text: String }`,
      resolvers: {
        Thing: { __resolveReference: byKey([]), text: () => null },
      },
    },
  },
  {
    'never fall together': {
      query: '{ things { id text } }',
      data: {
        things: [
          { id: '1', text: null },
          { id: '1', text: null },
          { id: 'true', text: null },
        ],
      },
      representations: { other: 3 },
    },
  },
);
