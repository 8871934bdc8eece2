import { expect, test } from 'vitest';
import { conformance } from './case.ts';
import { startGraph, byKey } from './graph.ts';

const parcels = [
  { id: 'p1', weight: 3, size: { height: 2, unit: 'CM' }, items: [{ grams: 5 }, { grams: 7 }], note: null },
  { id: 'p2', weight: 4, size: null, items: [], note: 'fragile' },
];
type Parcel = (typeof parcels)[number];
const prices: Readonly<Record<string, number>> = { EUR: 10, USD: 12, CHF: 9 };

const depot = {
  sdl: `enum Currency { EUR USD CHF }
    type Query { parcel(id: ID!): Parcel  parcels: [Parcel!]! }
    type Parcel @key(fields: "id") {
      id: ID!  weight: Int!  note: String  price(in: Currency = USD): Int!  size: Size  items: [Item!]!  neighbour: Parcel
    }
    type Size @shareable { height(unit: Unit = CM): Int!  unit: Unit! }
    type Item @shareable { grams: Int! }
    enum Unit { CM MM }`,
  resolvers: {
    Query: { parcels: () => parcels, parcel: (_: unknown, { id }: { id: string }) => byKey(parcels)({ id }) },
    Parcel: {
      __resolveReference: byKey(parcels),
      price: (_: Parcel, args: { in: string }) => prices[args.in],
      neighbour: ({ id }: Parcel) => parcels.find((parcel) => parcel.id !== id),
    },
    Size: { height: ({ height }: { height: number }, { unit }: { unit: string }) => (unit === 'MM' ? height * 10 : height) },
  },
};
const json = (value: object) => JSON.stringify(value);
const freight = {
  sdl: `enum Currency { EUR USD CHF }
    enum Unit { CM MM }
    type Size @shareable { height(unit: Unit = CM): Int! @external  unit: Unit! @external }
    type Item @shareable { grams: Int! @external }
    type Parcel @key(fields: "id") {
      id: ID!
      weight: Int! @external
      note: String @external
      price(in: Currency = USD): Int! @external
      size: Size @external
      items: [Item!]! @external
      cost(times: Int = 1): Int! @requires(fields: "weight")
      label: String! @requires(fields: "note weight")
      toll: Int! @requires(fields: "price(in: EUR)")
      box: String @requires(fields: "size { height unit }")
      contents: String! @requires(fields: "items { grams }")
    }`,
  resolvers: {
    Parcel: {
      __resolveReference: (parcel: Parcel) => parcel,
      cost: ({ weight }: Parcel, { times }: { times: number }) => weight * 100 * times,
      label: ({ note, weight }: Parcel) => json({ note, weight }),
      toll: ({ price }: { price: number }) => price + 1000,
      box: ({ size }: Parcel) => (size ? json(size) : null),
      contents: ({ items }: Parcel) => json(items),
    },
  },
};
const insurance = {
  sdl: `type Parcel @key(fields: "id") { id: ID!  cost(times: Int = 1): Int! @external  premium: Int! @requires(fields: "cost(times: 2)")  }`,
  resolvers: {
    Parcel: {
      __resolveReference: (parcel: { cost: number }) => parcel,
      premium: ({ cost }: { cost: number }) => cost + 1,
    },
  },
};

conformance(
  '@requires',
  { depot, freight },
  {
    'brings a field that the client did not ask for, and does not show it': {
      query: '{ parcel(id: "p1") { cost } }',
      data: { parcel: { cost: 300 } },
      requests: { depot: 1, freight: 1 },
    },
    'brings nothing twice when the client asks the field as well': {
      query: '{ parcel(id: "p1") { weight cost } }',
      data: { parcel: { weight: 3, cost: 300 } },
      requests: { depot: 1, freight: 1 },
    },
    'brings null as null': {
      query: '{ parcels { label } }',
      data: { parcels: [{ label: '{"note":null,"weight":3}' }, { label: '{"note":"fragile","weight":4}' }] },
      representations: { freight: 2 },
    },
    'brings an object, or null for it': {
      query: '{ parcels { box } }',
      data: { parcels: [{ box: '{"height":2,"unit":"CM"}' }, { box: null }] },
    },
    'brings a list of objects, also an empty one': {
      query: '{ parcels { contents } }',
      data: { parcels: [{ contents: '[{"grams":5},{"grams":7}]' }, { contents: '[]' }] },
    },
    'of several fields at once needs one request': {
      query: '{ parcels { cost label box contents toll } }',
      data: {
        parcels: [
          {
            cost: 300,
            label: '{"note":null,"weight":3}',
            box: '{"height":2,"unit":"CM"}',
            contents: '[{"grams":5},{"grams":7}]',
            toll: 1010,
          },
          { cost: 400, label: '{"note":"fragile","weight":4}', box: null, contents: '[]', toll: 1010 },
        ],
      },
      requests: { depot: 1, freight: 1 },
    },
    'inside of another entity': {
      query: '{ parcel(id: "p1") { neighbour { cost neighbour { cost } } cost } }',
      data: { parcel: { neighbour: { cost: 400, neighbour: { cost: 300 } }, cost: 300 } },
      representations: { freight: 2 },
    },
  },
);

conformance(
  '@requires beside a client that asks the same field',
  { depot, freight },
  {
    'with other arguments: both get their own value': {
      query: '{ parcel(id: "p1") { price(in: USD) toll } }',
      data: { parcel: { price: 12, toll: 1010 } },
    },
    'with arguments left to their default: both get their own value': {
      query: '{ parcel(id: "p1") { price toll } }',
      data: { parcel: { price: 12, toll: 1010 } },
    },
    'with arguments in variables: both get their own value': {
      query: 'query ($currency: Currency) { parcel(id: "p1") { price(in: $currency) toll } }',
      variables: { currency: 'CHF' },
      data: { parcel: { price: 9, toll: 1010 } },
    },
    'with the same arguments': {
      query: '{ parcel(id: "p1") { price(in: EUR) toll } }',
      data: { parcel: { price: 10, toll: 1010 } },
    },
    'with other arguments inside of an object': {
      query: '{ parcel(id: "p1") { size { height(unit: MM) } box } }',
      data: { parcel: { size: { height: 20 }, box: '{"height":2,"unit":"CM"}' } },
    },
    'under an alias': {
      query: '{ parcel(id: "p1") { kilos: weight cost } }',
      data: { parcel: { kilos: 3, cost: 300 } },
    },
    'and gives another field the alias of the required one': {
      query: '{ parcel(id: "p2") { weight: note cost label } }',
      data: { parcel: { weight: 'fragile', cost: 400, label: '{"note":"fragile","weight":4}' } },
    },
    'and gives another field of an object the alias of the required one': {
      query: '{ parcel(id: "p1") { size { unit: height height: unit } box } }',
      data: { parcel: { size: { unit: 2, height: 'CM' }, box: '{"height":2,"unit":"CM"}' } },
    },
    'and gives another object the alias of the required one': {
      query: '{ parcel(id: "p1") { items: size { unit } contents } }',
      data: { parcel: { items: { unit: 'CM' }, contents: '[{"grams":5},{"grams":7}]' } },
    },
    'and gives another field the alias of the key': {
      query: '{ parcel(id: "p1") { id: note key: id cost } }',
      data: { parcel: { id: null, key: 'p1', cost: 300 } },
    },
    'in a list of entities': {
      query: '{ parcels { price(in: CHF) toll } }',
      data: {
        parcels: [
          { price: 9, toll: 1010 },
          { price: 9, toll: 1010 },
        ],
      },
    },
  },
);

conformance(
  '@requires of a field that requires',
  { depot, freight, insurance },
  {
    'is answered in three steps': {
      query: '{ parcels { premium } }',
      data: { parcels: [{ premium: 601 }, { premium: 801 }] },
      requests: { depot: 1, freight: 1, insurance: 1 },
    },
    'with other arguments than the client': {
      query: '{ parcel(id: "p1") { cost(times: 5) premium } }',
      data: { parcel: { cost: 1500, premium: 601 } },
    },
    'with the default where the client gives arguments': {
      query: '{ parcel(id: "p1") { cost(times: 5) premium } }',
      data: { parcel: { cost: 1500, premium: 601 } },
    },
  },
);

// One key cannot hold two values: the planner would give one resolver the other's, so such schemas are refused.
test.each([
  [
    'in one subgraph',
    'toll: Int! @requires(fields: "price(in: EUR)")  duty: Int! @requires(fields: "price(in: CHF)")',
    /toll.*duty|duty.*toll/,
  ],
  [
    'with and without arguments',
    'toll: Int! @requires(fields: "price(in: EUR)")  duty: Int! @requires(fields: "price")',
    /without arguments/,
  ],
])('two fields that require the same field with different arguments, %s, do not compose', async (_, fields, complaint) => {
  const wanting = {
    sdl: `enum Currency { EUR CHF }
      type Parcel @key(fields: "id") { id: ID!  price(in: Currency = EUR): Int! @external  ${fields} }`,
  };
  const giving = {
    sdl: `enum Currency { EUR CHF }
      type Query { parcel(id: ID!): Parcel }
      type Parcel @key(fields: "id") { id: ID!  price(in: Currency = EUR): Int! }`,
  };
  await expect(startGraph({ giving, wanting })).rejects.toThrow(complaint);
});
