import { buildSubgraphSchema } from '@apollo/subgraph';
import fc from 'fast-check';
import { graphql, parse, TypeInfo, validate, visit, visitWithTypeInfo } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { beforeAll, expect, test } from 'vitest';
import { composeSchema } from '../compose.ts';
import { createExecutor } from '../execute/executor.ts';
import { planHere } from '../plan/plan-source.ts';
import { createPlanner, type Planner } from '../plan/planner.ts';
import type { SubgraphClient } from '../subgraph/client.ts';
import { testContext } from '../testing/hand-fed-transport.ts';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external", "@requiresScopes"])`;
const scope = (name: string): string => `@requiresScopes(scopes: [["${name}"]])`;

const services = {
  people: `type Query { people: [Person!]  person: Person  found: [Found]  shapes: [Shape!] }
    type Person @key(fields: "id") {
      id: ID!  name: String  secret: String ${scope('a')}  must: String! ${scope('b')}  level: Level  friend: Person  friends: [Person!]
    }
    enum Level ${scope('c')} { HIGH }
    interface Shape { id: ID!  area: String  owner: Person }
    type Circle implements Shape { id: ID!  area: String ${scope('a')}  owner: Person  radius: String ${scope('b')} }
    type Square implements Shape { id: ID!  area: String  owner: Person }
    type Letter ${scope('c')} { text: String  to: Person }
    union Found = Person | Letter | Circle`,
  extras: `type Person @key(fields: "id") {
      id: ID!  secret: String @external  sum: String @requires(fields: "secret") ${scope('a')}  extra: String ${scope('b')}  twin: Person
    }`,
};

/** What each field needs, written down by hand. A field that is not here needs nothing. */
const needs: Readonly<Record<string, readonly string[]>> = {
  'Person.secret': ['a'],
  'Person.must': ['b'],
  'Person.level': ['c'],
  'Person.sum': ['a'],
  'Person.extra': ['b'],
  'Circle.area': ['a'],
  'Circle.radius': ['b'],
  'Shape.area': ['a'],
  'Letter.text': ['c'],
  'Letter.to': ['c'],
};

/** Fields that a client may select on a type, and the type they lead to. */
const fields: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
  Query: { people: 'Person', person: 'Person', found: 'Found', shapes: 'Shape' },
  Person: {
    id: null,
    name: null,
    secret: null,
    must: null,
    level: null,
    sum: null,
    extra: null,
    friend: 'Person',
    friends: 'Person',
    twin: 'Person',
  },
  Shape: { __typename: null, id: null, area: null, owner: 'Person' },
  Circle: { id: null, area: null, radius: null, owner: 'Person' },
  Square: { area: null, owner: 'Person' },
  Letter: { text: null, to: 'Person' },
  Found: { __typename: null },
};
const narrower: Readonly<Record<string, readonly string[]>> = {
  Shape: ['Shape', 'Circle', 'Square'],
  Found: ['Person', 'Letter', 'Circle', 'Shape'],
  Circle: ['Circle', 'Shape'],
};

const person = { __typename: 'Person', id: 'p', name: 'n', secret: 's', must: 'm', level: 'HIGH' };
const shape = (typeName: string) => ({ __typename: typeName, id: 'x', area: '1', radius: '2' });
const toPerson = () => person;
const resolvers = {
  people: {
    Query: {
      people: () => [person, person],
      person: toPerson,
      found: () => [person, { __typename: 'Letter', text: 'dear' }, shape('Circle')],
      shapes: () => [shape('Circle'), shape('Square')],
    },
    Person: { __resolveReference: toPerson, friend: toPerson, friends: () => [person] },
    Circle: { owner: toPerson },
    Square: { owner: toPerson },
    Letter: { to: toPerson },
  },
  extras: {
    Person: {
      __resolveReference: (reference: object) => reference,
      sum: ({ secret }: { secret?: string }) => `sum of ${secret}`,
      extra: () => 'e',
      twin: ({ id }: { id: string }) => ({ __typename: 'Person', id }),
    },
  },
};

interface Operation {
  readonly text: string;
  readonly scopes: readonly string[];
}

/** Any selection of the schema: aliases, fragments inline and named, nested. */
function selectionOn(typeName: string, depth: number): fc.Arbitrary<{ text: string; fragments: string }> {
  const field = fc.tuple(fc.constantFrom(...Object.entries(fields[typeName] ?? {})), fc.boolean()).chain(([[name, below], hasAlias]) => {
    const key = hasAlias ? `of${typeName}${name}: ${name}` : name;
    if (below === null) return fc.constant({ text: key, fragments: '' });
    if (depth === 0) return fc.constant({ text: '__typename', fragments: '' });
    return selectionOn(below, depth - 1).map(({ text, fragments }) => ({ text: `${key} { ${text} }`, fragments }));
  });
  const fragment = fc
    .tuple(
      fc.constantFrom(...(narrower[typeName] ?? [typeName])),
      fc.option(fc.nat().map((number) => `F${number}`)),
      fc.integer({ min: 0, max: 1 }),
    )
    .chain(([type, name, less]) =>
      selectionOn(type, Math.max(0, depth - less)).map(({ text, fragments }) =>
        name === null
          ? { text: `... on ${type} { ${text} }`, fragments }
          : { text: `...${name}`, fragments: `${fragments} fragment ${name} on ${type} { ${text} }` },
      ),
    );
  const selection = depth === 0 ? field : fc.oneof({ weight: 3, arbitrary: field }, { weight: 1, arbitrary: fragment });
  return fc.array(selection, { minLength: 1, maxLength: 3 }).map((parts) => ({
    text: parts.map(({ text }) => text).join(' '),
    fragments: parts.map(({ fragments }) => fragments).join(' '),
  }));
}

const operation: fc.Arbitrary<Operation> = fc.record({
  text: selectionOn('Query', 3).map(({ text, fragments }) => `{ ${text} } ${fragments}`),
  scopes: fc.subarray(['a', 'b', 'c']),
});

let planner: Planner;
let schemas: ReadonlyMap<string, GraphQLSchema>;

beforeAll(async () => {
  const files = Object.entries(services).map(([name, types]) => ({
    name,
    url: 'http://none.invalid',
    files: [{ name, text: `${link}\n${types}` }],
  }));
  const { supergraph: supergraphSdl } = await composeSchema(files);
  planner = createPlanner({ supergraphSdl, plans: planHere({ supergraphSdl, pathsLimit: 1_000 }) });
  schemas = new Map(
    Object.entries(resolvers).map(([name, given]) => [
      name,
      buildSubgraphSchema({ typeDefs: parse(`${link}\n${services[name as keyof typeof services]}`), resolvers: given }),
    ]),
  );
});

test('whatever is asked, nothing without a right reaches a service, and each null has its error', async () => {
  let [refusals, whole] = [0, 0];
  await fc.assert(
    fc.asyncProperty(operation, async ({ text, scopes }) => {
      const document = parse(text);
      fc.pre(validate(planner.apiSchema, document).length === 0);
      const reached: string[] = [];
      const executor = createExecutor({ planner, clientOf: (service) => recordingClient(service, reached) });
      const context = testContext({ caller: { role: 'BILLER', subject: 'x', scopes } });
      const { data, errors = [] } = await executor.execute({ document, documentKey: text }, context);

      const forbidden = reached.filter((coordinate) => (needs[coordinate] ?? []).some((needed) => !scopes.includes(needed)));
      expect(forbidden).toEqual([]);
      const paths = errors.map(({ path = [], extensions }) => `${String(extensions['code'])} ${path.join('.')}`);
      expect(new Set(paths).size).toBe(paths.length);
      const nulls = nullsOf(data?.value ?? null);
      const isAt = (path: string, at: string): boolean => at === '' || path === at || path.startsWith(`${at}.`);
      for (const path of paths) expect(path).toMatch(/^UNAUTHORIZED_FIELD_OR_TYPE /);
      const places = paths.map((path) => path.slice('UNAUTHORIZED_FIELD_OR_TYPE '.length));
      expect(nulls.filter((at) => !places.some((path) => isAt(path, at)))).toEqual([]);
      expect(places.filter((path) => !nulls.some((at) => isAt(path, at)))).toEqual([]);
      if (scopes.length === 3) expect(nulls).toEqual([]);
      if (errors.length > 0) refusals += 1;
      else whole += 1;
    }),
    { numRuns: 60 },
  );
  // Otherwise it has shown nothing.
  expect(Math.min(refusals, whole)).toBeGreaterThan(5);
}, 30_000);

function recordingClient(service: string, reached: string[]): SubgraphClient {
  const schema = schemas.get(service);
  if (!schema) throw new Error(`no service ${service}`);
  const send = async (ask: Parameters<SubgraphClient>[0]) => {
    const { query: source, variables } = JSON.parse(ask.body()) as { query: string; variables: object };
    const types = new TypeInfo(schema);
    visit(
      parse(source),
      visitWithTypeInfo(types, {
        Field({ name }) {
          reached.push(`${types.getParentType()?.name}.${name.value}`);
        },
      }),
    );
    const answer = await graphql({ schema, source, variableValues: { ...variables } });
    return JSON.parse(JSON.stringify(answer)) as { data: Record<string, unknown> };
  };
  return Object.assign(send, {
    subscribe: () => {
      throw new Error('nobody subscribes here');
    },
  });
}

/** Paths at which the data are null. */
function nullsOf(value: unknown, at: readonly (string | number)[] = []): string[] {
  if (value === null) return [at.join('.')];
  if (typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => nullsOf(inner, [...at, key]));
}
