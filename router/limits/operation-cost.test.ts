import { buildSchema, getOperationAST, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { composeSchema } from '../compose.ts';
import { readCostRules } from './cost-rules.ts';
import { compileCost } from './operation-cost.ts';

const types = `
  type Query {
    one: Thing
    all(first: Int = 20, after: String): ThingConnection! @listSize(slicingArguments: ["first"], assumedSize: 20, sizedFields: ["edges"], requireOneSlicingArgument: false)
    some: [Thing!]! @listSize(assumedSize: 5)
    unsaid: [Thing!]!
    either(first: Int, last: Int): [Thing] @listSize(slicingArguments: ["first", "last"])
    page(input: Page): [Thing]
    dear(by: String @cost(weight: 3), in: Place): Int @cost(weight: 7)
    any: Any
    heavy: Heavy
  }
  type Mutation { change: Thing }
  input Page { first: Int }
  input Place { near: String @cost(weight: 4) far: String }
  type ThingConnection { edges: [ThingEdge!]! total: Int }
  type ThingEdge { node: Thing cursor: String }
  type Thing { name: String names: [String!]! @listSize(assumedSize: 9) friend: Thing }
  type Heavy @cost(weight: 11) { name: String }
  union Any = Thing | Heavy`;

const { supergraph, api } = await composed(types, '"@cost", "@listSize"');
const read = readCostRules(supergraph);
// Composition takes no path into an input object; the specification does.
const nested = { assumedSize: 30, slicingArguments: ['input.first'], sizedFields: [], requireOneSlicingArgument: false };
const rules = { ...read, listSizes: new Map([...read.listSizes, ['Query.page', nested]]) };
const schema = buildSchema(api);

async function composed(sdl: string, imports: string) {
  const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imports}])\n`;
  return composeSchema([{ name: 'one', url: 'http://one.invalid', files: [{ name: 'one', text: link + sdl }] }]);
}

function costOf(query: string, variables: Record<string, unknown> = {}): number {
  const document = parse(query);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  return compileCost(document, operation, schema, rules).costOf(variables);
}

describe('an operation costs', () => {
  test.each<[string, Record<string, unknown>, number]>([
    ['{ one { name } }', {}, 1],
    ['{ a: one { name } b: one { name } }', {}, 2],
    ['{ some { name names friend { name } } }', {}, 10],
    ['{ unsaid { name } }', {}, 20],
    // The connection, and per item an edge and its node.
    ['{ all { edges { node { name } } total } }', {}, 41],
    ['{ all(first: 3) { edges { node { name } } } }', {}, 7],
    ['query($n: Int) { all(first: $n) { edges { node { name } } } }', { n: 100 }, 201],
    ['query($n: Int = 2) { all(first: $n) { edges { cursor } } }', {}, 3],
    ['query($n: Int = 2) { all(first: $n) { edges { cursor } } }', { n: 5 }, 6],
    ['query($n: Int) { all(first: $n) { edges { cursor } } }', {}, 21],
    ['{ all(first: null) { edges { cursor } } }', {}, 21],
    ['{ all(first: -4) { edges { cursor } } }', {}, 1],
    ['{ all { ...C } } fragment C on ThingConnection { edges { cursor } }', {}, 21],
    ['{ either(last: 4) { name } }', {}, 4],
    ['query($p: Page) { page(input: $p) { name } }', { p: { first: 6 } }, 6],
    ['query($n: Int) { page(input: { first: $n }) { name } }', { n: 7 }, 7],
    ['{ page { name } }', {}, 30],
    ['{ dear }', {}, 7],
    ['{ dear(by: "x", in: { near: "y", far: "z" }) }', {}, 14],
    ['query($p: Place) { dear(in: $p) }', { p: { near: 'y' } }, 11],
    ['{ heavy { name } }', {}, 11],
    ['{ any { ... on Thing { friend { name } } ... on Heavy { name } } }', {}, 2],
    ['mutation { change { name } }', {}, 10],
    ['{ one @skip(if: true) { name } heavy @include(if: false) { name } }', {}, 0],
    ['query($b: Boolean!) { one @include(if: $b) { name } ... @skip(if: $b) { heavy { name } } }', { b: true }, 1],
    ['query($b: Boolean!) { one @include(if: $b) { name } ... @skip(if: $b) { heavy { name } } }', { b: false }, 11],
  ])('%s with %j: %d', (query, variables, cost) => expect(costOf(query, variables)).toBe(cost));

  test.each([
    ['of another type', { n: 'many' }, 21],
    ['beyond all numbers', { n: Number.POSITIVE_INFINITY }, 21],
    ['of a prototype', JSON.parse('{"__proto__":{"n":1}}') as Record<string, unknown>, 21],
  ])('what its list may hold, when the variable is %s', (_, variables, cost) =>
    expect(costOf('query($n: Int) { all(first: $n) { edges { cursor } } }', variables)).toBe(cost),
  );

  test('a finite number, however the lists multiply', () => {
    const cost = costOf('query($n: Int) { all(first: $n) { edges { node { names } } } either(first: 0) { friend { name } } }', {
      n: 1e300,
    });
    expect(cost).toBe(1 + 2e9);
    const deep = 'fragment F on Thing { name }';
    expect(costOf(`{ unsaid { ...F } } ${deep}`)).toBe(20);
  });

  test('nothing for what is not in the schema, or within itself', () => {
    expect(costOf('{ nowhere { at { all } } }')).toBe(0);
    expect(costOf('{ one { ...F } } fragment F on Thing { friend { ...F } }')).toBe(2);
  });
});

test.each([
  ['neither', '{ either { name } }'],
  ['both', '{ either(first: 1, last: 1) { name } }'],
])('a list that needs one slicing argument and has %s is complained of', (_, query) => {
  const document = parse(query);
  const operation = getOperationAST(document);
  expect(operation && compileCost(document, operation, schema, rules).complaint).toContain('"Query.either" needs exactly one');
});

test.each([
  ['another name', '{ name: "@cost", as: "@price" }, { name: "@listSize", as: "@sized" }', 'price', 'sized'],
  ['no import', '', 'federation__cost', 'federation__listSize'],
])('the directives are found under %s', async (_, imports, cost, listSize) => {
  const renamed = await composed(`type Query { all: [Int] @${listSize}(assumedSize: 3) dear: Int @${cost}(weight: 2) }`, imports);
  const found = readCostRules(renamed.supergraph);
  expect([found.weights.get('Query.dear'), found.listSizes.get('Query.all')?.assumedSize]).toEqual([2, 3]);
});
