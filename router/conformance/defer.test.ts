import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { byKey, nobodyListens, startGraph, type Graph, type SubgraphDescription } from './graph.ts';

const wards = [
  { id: 'w1', name: 'North', beds: [{ id: 'b1' }, { id: 'b2' }], head: { id: 'd1' } },
  { id: 'w2', name: 'South', beds: [], head: null },
];
const doctors = [{ id: 'd1', name: 'Bo' }];

const subgraphs: Readonly<Record<string, SubgraphDescription>> = {
  wards: {
    sdl: `type Query { wards: [Ward!]!  ward(id: ID!): Ward }
          type Mutation { openWard: Ward }
          type Ward @key(fields: "id") { id: ID!  name: String!  beds: [Bed!]!  head: Doctor }
          type Bed @key(fields: "id") { id: ID! }
          type Doctor @key(fields: "id") { id: ID! }`,
    resolvers: {
      Query: { wards: () => wards, ward: (_: unknown, { id }: { id: string }) => wards.find((ward) => ward.id === id) },
      Mutation: { openWard: () => wards[1] },
      Ward: { __resolveReference: byKey(wards) },
    },
  },
  staff: {
    sdl: 'type Doctor @key(fields: "id") { id: ID!  name: String!  pager: String }',
    resolvers: { Doctor: { __resolveReference: byKey(doctors), pager: () => '17' } },
  },
  sensors: {
    sdl: 'type Bed @key(fields: "id") { id: ID!  warm: Boolean!  scale: String }',
    resolvers: {
      Bed: { __resolveReference: ({ id }: { id: string }) => ({ id }), warm: ({ id }: { id: string }) => id === 'b1', scale: () => 'ok' },
    },
  },
  broken: { sdl: 'type Doctor @key(fields: "id") { id: ID!  salary: Int  grade: Int! }', answer: nobodyListens },
};

describe('a client that takes an answer in parts', () => {
  let graph: Graph;
  beforeAll(async () => {
    graph = await startGraph(subgraphs);
  });
  afterAll(() => graph?.close());
  const partsOf = (query: string, variables = {}) => graph.askInParts({ query, variables });

  test('gets what is deferred after the rest, with its path and label', async () => {
    expect(await partsOf('{ ward(id: "w1") { name ... @defer(label: "head") { head { name } } } }')).toEqual([
      { data: { ward: { name: 'North' } }, hasNext: true },
      { incremental: [{ path: ['ward'], label: 'head', data: { head: { name: 'Bo' } } }], hasNext: true },
      { hasNext: false },
    ]);
  });

  test('gets one part for each object of a list, and none for a list that is empty', async () => {
    expect(await partsOf('{ wards { name beds { id ...Warmth @defer } } } fragment Warmth on Bed { warm }')).toEqual([
      {
        data: {
          wards: [
            { name: 'North', beds: [{ id: 'b1' }, { id: 'b2' }] },
            { name: 'South', beds: [] },
          ],
        },
        hasNext: true,
      },
      {
        incremental: [
          { path: ['wards', 0, 'beds', 0], data: { warm: true } },
          { path: ['wards', 0, 'beds', 1], data: { warm: false } },
        ],
        hasNext: true,
      },
      { hasNext: false },
    ]);
    expect(await partsOf('{ ward(id: "w2") { beds { id ... @defer { warm } } } }')).toEqual([{ data: { ward: { beds: [] } } }]);
  });

  test('gets a deferred fragment in a deferred fragment after it', async () => {
    const parts = await partsOf(
      '{ ward(id: "w1") { name ... @defer(label: "outer") { head { name ... @defer(label: "inner") { pager } } } } }',
    );
    const incremental = parts.flatMap((part) => (part as { incremental?: { label: string }[] }).incremental ?? []);
    expect(incremental).toEqual([
      { path: ['ward'], label: 'outer', data: { head: { name: 'Bo' } } },
      { path: ['ward', 'head'], label: 'inner', data: { pager: '17' } },
    ]);
  });

  test('gets the error of a deferred field with its part', async () => {
    expect(await partsOf('{ ward(id: "w1") { head { name ... @defer { salary } } } }')).toMatchObject([
      { data: { ward: { head: { name: 'Bo' } } }, hasNext: true },
      {
        incremental: [
          {
            path: ['ward', 'head'],
            data: { salary: null },
            errors: [{ path: ['ward', 'head', 'salary'], extensions: { code: 'SUBGRAPH_UNAVAILABLE', service: 'broken' } }],
          },
        ],
      },
      { hasNext: false },
    ]);
  });

  test('gets no data in a part in which a null breaks a promise, and keeps what it has', async () => {
    expect(await partsOf('{ ward(id: "w1") { head { name ... @defer { grade } } } }')).toMatchObject([
      { data: { ward: { head: { name: 'Bo' } } } },
      { incremental: [{ path: ['ward', 'head'], data: null, errors: [{ path: ['ward', 'head', 'grade'] }] }] },
      { hasNext: false },
    ]);
  });

  test.each([
    ['a literal', '{ ward(id: "w1") { name ... @defer(if: false) { head { name } } } }', {}],
    ['a variable', 'query ($later: Boolean!) { ward(id: "w1") { name ... @defer(if: $later) { head { name } } } }', { later: false }],
  ])('gets all at once when %s says so', async (_, query, variables) => {
    expect(await partsOf(query, variables)).toEqual([{ data: { ward: { name: 'North', head: { name: 'Bo' } } } }]);
  });

  test('gets parts when the variable says so, with the same document', async () => {
    const query = 'query ($later: Boolean!) { ward(id: "w1") { name ... @defer(if: $later) { head { name } } } }';
    expect(await partsOf(query, { later: true })).toHaveLength(3);
    expect(await partsOf(query, { later: false })).toHaveLength(1);
  });

  test('gets the same fragment deferred at one place and not at another', async () => {
    const parts = await partsOf(
      '{ a: ward(id: "w1") { ...H @defer(label: "a") } b: ward(id: "w2") { ...H } } fragment H on Ward { name head { name } }',
    );
    expect(parts).toEqual([
      { data: { a: {}, b: { name: 'South', head: null } }, hasNext: true },
      { incremental: [{ path: ['a'], label: 'a', data: { name: 'North', head: { name: 'Bo' } } }], hasNext: true },
      { hasNext: false },
    ]);
  });

  test('gets parts of the answer to a mutation', async () => {
    expect(await partsOf('mutation { openWard { name ... @defer { beds { id } } } }')).toEqual([
      { data: { openWard: { name: 'South' } }, hasNext: true },
      { incremental: [{ path: ['openWard'], data: { beds: [] } }], hasNext: true },
      { hasNext: false },
    ]);
  });
});

test('a client that does not take parts gets the whole answer', async () => {
  const graph = await startGraph(subgraphs);
  const { body } = await graph.ask({ query: '{ ward(id: "w1") { name ... @defer { head { name } } } }' });
  expect(body).toEqual({ data: { ward: { name: 'North', head: { name: 'Bo' } } } });
  await graph.close();
});
