import { buildSchema, getOperationAST, Kind, parse, print } from 'graphql';
import type { DefinitionNode } from 'graphql';
import { pino } from 'pino';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Caller } from '#chassis/caller.ts';
import { composeSchema } from '../compose.ts';
import { planHere, type PlanSource } from '../plan/plan-source.ts';
import { createPlanner } from '../plan/planner.ts';
import { buildGraph, warmUp, type ServedGraph } from '../served-graph.ts';
import { createAuthorization } from './authorization.ts';
import { readSupergraph } from './security-features.ts';
import { rolePolicies, type Policy } from './role-policies.ts';

const noPlans: PlanSource = { ready: Promise.resolve(), plan: async () => ({ outcome: 'busy' }), retire: () => undefined };
const noClient = (): never => {
  throw new Error('nobody is asked here');
};
const log = pino({ level: 'silent' });
const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external", "@shareable", "@interfaceObject", "@context", "@fromContext", "@authenticated", "@requiresScopes", "@policy"])`;

async function compose(...types: string[]): Promise<string> {
  const { supergraph } = await composeSchema(
    types.map((text, index) => ({ name: `s${index}`, url: `http://s${index}.invalid`, files: [{ name: 'x', text: `${link}\n${text}` }] })),
  );
  return supergraph;
}

/** The supergraph without what composition says of these types and fields: as an older composition, or a hand, would have written it. */
const unsaid = (supergraph: string, ...coordinates: string[]): string =>
  coordinates.reduce((text, coordinate) => {
    const [typeName, fieldName] = coordinate.split('.');
    const quiet = <Node extends { readonly directives?: readonly { readonly name: { readonly value: string } }[] }>(node: Node): Node => ({
      ...node,
      directives: node.directives?.filter(({ name }) => !['authenticated', 'requiresScopes', 'policy'].includes(name.value)),
    });
    const definitions = parse(text).definitions.map((definition): DefinitionNode => {
      if (!('fields' in definition) || definition.name.value !== typeName || 'operation' in definition) return definition;
      if (fieldName === undefined) return quiet(definition);
      const fields = definition.fields?.map((field) => (field.name.value === fieldName ? quiet(field) : field));
      return { ...definition, fields } as DefinitionNode;
    });
    const changed = print({ kind: Kind.DOCUMENT, definitions });
    if (changed === print(parse(text))) throw new Error(`nothing is said of ${coordinate}`);
    return changed;
  }, supergraph);

/** What is left of a document for a caller with these scopes. */
async function left(supergraphSdl: string, query: string, caller: Caller | null, policies = rolePolicies): Promise<string> {
  const authorization = createAuthorization(readSupergraph(supergraphSdl), buildSchema(supergraphSdl, { assumeValid: true }), policies);
  const document = parse(query);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  const rights = await authorization.question(document, operation).rightsOf(caller, log);
  return print(authorization.authorize(document, operation, rights).document).replaceAll(/\s+/g, ' ');
}

const caller = (...scopes: string[]): Caller => ({ role: 'BILLER', subject: 'tester', scopes });

describe('a supergraph is refused, and named is what the router does not do,', () => {
  let good: string;
  beforeAll(async () => {
    good = await compose(
      'type Query { a: Int @authenticated  b: Int @requiresScopes(scopes: [["s"]])  c: Int @policy(policies: [["role:PAYER"]]) }',
    );
  });
  const reasonOf = (supergraphSdl: string): string => {
    try {
      createPlanner({ supergraphSdl, plans: noPlans });
      return 'none';
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };

  test('but not one with the three directives', () => {
    expect(reasonOf(good)).toBe('none');
  });

  test.each<[string, (sdl: string) => string, RegExp]>([
    ['for a newer version', (sdl) => sdl.replace('authenticated/v0.1', 'authenticated/v0.2'), /authenticated\/v0\.2/],
    [
      'for a newer version that does not say that it is for security',
      (sdl) => sdl.replace('policy/v0.1", for: SECURITY', 'policy/v1.0"'),
      /policy\/v1\.0 is not enforced/,
    ],
    [
      'for another security feature',
      (sdl) =>
        sdl.replace('@link(url: "https://specs.apollo.dev/policy', '@link(url: "https://example.com/curfew/v1.0", for: SECURITY) $&'),
      /example\.com\/curfew\/v1\.0.* SECURITY/,
    ],
    [
      'for another execution feature',
      (sdl) =>
        sdl.replace(
          '@link(url: "https://specs.apollo.dev/policy',
          '@link(url: "https://specs.apollo.dev/connect/v0.2", for: EXECUTION) $&',
        ),
      /connect\/v0\.2.* EXECUTION/,
    ],
    [
      'for a directive without a link',
      (sdl) => sdl.replace(/@link\(url: "[^"]*\/authenticated[^)]*\)/, ''),
      /@authenticated without the @link/,
    ],
    ['for a policy that nobody gave', (sdl) => sdl.replace('role:PAYER', 'role:NOBODY'), /"role:NOBODY".* role:PATIENT/],
    [
      'for a requirement without alternatives',
      (sdl) => sdl.replace('[["s"]]', '[]'),
      /@requiresScopes of Query\.b has an alternative that needs nothing/,
    ],
    ['for an alternative that needs nothing', (sdl) => sdl.replace('[["s"]]', '[["s"], []]'), /@requiresScopes of Query\.b/],
    ['for a requirement that is no text', (sdl) => sdl.replace('[["s"]]', '[[s]]'), /Query\.b is no text/],
  ])('%s', (_, changed, reason) => {
    expect(changed(good)).not.toBe(good);
    expect(reasonOf(changed(good))).toMatch(reason);
  });

  test('for @context', async () => {
    const supergraph = compose(`type Query { t: T }
      type T @key(fields: "id") @context(name: "t") { id: ID!  name: String  u: U }
      type U @key(fields: "id") { id: ID!  f(name: String @fromContext(field: "$t { name }")): Int }`);
    await expect(supergraph).rejects.toThrow(/context\/v0\.1 is for: SECURITY/);
  });
});

describe('what composition does is not weakened:', () => {
  test('the same field of two services needs what each of them says', async () => {
    const supergraph = await compose(
      'type Query { a: Int @shareable @requiresScopes(scopes: [["x"], ["y"]]) }',
      'type Query { a: Int @shareable @requiresScopes(scopes: [["z"]]) @policy(policies: [["role:BILLER"]]) }',
    );
    for (const [scopes, open] of [
      [['x'], false],
      [['z'], false],
      [['x', 'z'], true],
      [['y', 'z'], true],
    ] as const)
      expect(await left(supergraph, '{ a }', caller(...scopes))).toBe(open ? '{ a }' : '{ __typename }');
    expect(await left(supergraph, '{ a }', { ...caller('x', 'z'), role: 'PAYER' })).toBe('{ __typename }');
  });

  test('a type of two services needs what each of them says, and the root type is one', async () => {
    const supergraph = await compose(
      'type Query { a: A } type A @key(fields: "id") @authenticated { id: ID! }',
      'type A @key(fields: "id") @requiresScopes(scopes: [["s"]]) { id: ID!  b: Int }',
    );
    expect(await left(supergraph, '{ a { b } }', caller())).toBe('{ __typename }');
    expect(await left(supergraph, '{ a { b } }', caller('s'))).toBe('{ a { b } }');
    const whole = await compose('type Query @requiresScopes(scopes: [["s"]]) { a: Int }');
    expect(await left(whole, '{ a }', caller())).toBe('{ __typename }');
  });

  test('scopes without a caller are no scopes, and nobody is authenticated', async () => {
    const supergraph = await compose('type Query { a: Int @authenticated  b: Int @policy(policies: [["role:BILLER"]])  c: Int }');
    expect(await left(supergraph, '{ a b c }', null)).toBe('{ c }');
    expect(await left(supergraph, '{ a b c }', caller())).toBe('{ a b c }');
  });

  test('a field that computes from one without a right does not compose without saying so', async () => {
    const types = (own: string) =>
      compose(
        'type Query { t: T } type T @key(fields: "id") { id: ID!  secret: Int @authenticated }',
        `type T @key(fields: "id") { id: ID!  secret: Int @external  sum: Int @requires(fields: "secret") ${own} }`,
      );
    await expect(types('')).rejects.toThrow('T.sum');
    // One that was composed by something else.
    const supergraph = unsaid(await types('@authenticated'), 'T.sum');
    expect(await left(supergraph, '{ t { id sum } }', null)).toBe('{ t { id } }');
  });

  test('what a `@requires` set reads below, by interfaces and by further sets counts as well', async () => {
    const composed = await compose(
      `type Query { t: T }
         type T @key(fields: "id") { id: ID!  inner: I  box: Box }
         interface I { n: Int }
         type A implements I { n: Int  a: Int @requiresScopes(scopes: [["s"]]) }
         type B implements I { n: Int @requiresScopes(scopes: [["n"]]) }
         type Box { deep: Int @requiresScopes(scopes: [["deep"]]) }`,
      `type T @key(fields: "id") { id: ID!  inner: I @external  box: Box @external
           byType: Int @requires(fields: "inner { ... on A { a } }") @requiresScopes(scopes: [["s"]])
           byInterface: Int @requires(fields: "inner { n }") @requiresScopes(scopes: [["n"]])
           below: Int @requires(fields: "box { deep }") @requiresScopes(scopes: [["deep"]]) }
         interface I { n: Int }
         type A implements I @shareable { n: Int @external  a: Int @external }
         type B implements I @shareable { n: Int @external }
         type Box { deep: Int @external }`,
      `type T @key(fields: "id") { id: ID!  below: Int @external  twice: Int @requires(fields: "below") @requiresScopes(scopes: [["deep"]]) }`,
    );
    const supergraph = unsaid(composed, 'T.byType', 'T.byInterface', 'T.below', 'T.twice');
    const query = '{ t { id byType byInterface below twice } }';
    expect(await left(supergraph, query, caller())).toBe('{ t { id } }');
    expect(await left(supergraph, query, caller('s'))).toBe('{ t { id byType } }');
    expect(await left(supergraph, query, caller('n'))).toBe('{ t { id byInterface } }');
    expect(await left(supergraph, query, caller('deep'))).toBe('{ t { id below twice } }');
  });

  test('an interface needs what its types need, also where the supergraph does not say so', async () => {
    const supergraph = await compose(
      `type Query { all: [I!] }
       interface I @key(fields: "id") { id: ID!  n: Int }
       type A implements I @key(fields: "id") @requiresScopes(scopes: [["A"]]) { id: ID!  n: Int }
       type B implements I @key(fields: "id") { id: ID!  n: Int @requiresScopes(scopes: [["B"]]) }`,
      'type I @key(fields: "id") @interfaceObject { id: ID!  added: Int @requiresScopes(scopes: [["added"]]) }',
    );
    const query = '{ all { n ... on B { n added } } }';
    expect(await left(supergraph, query, caller('B', 'added'))).toBe('{ __typename }');
    expect(await left(supergraph, query, caller('A', 'added'))).toBe('{ all { __typename ... on B { added } } }');
    expect(await left(supergraph, query, caller('A', 'B'))).toBe('{ all { __typename n ... on B { n } } }');
    // By composition of before 2.12.1: requirements stand at the types and at the field of the interface object only.
    const older = unsaid(supergraph, 'I', 'I.n', 'A.added', 'B.added');
    expect(await left(older, query, caller('B', 'added'))).toBe('{ all { __typename ... on B { n added } } }');
    expect(await left(older, query, caller('A', 'added'))).toBe('{ all { __typename ... on B { added } } }');
    expect(await left(older, query, caller('B'))).toBe('{ all { __typename ... on B { n } } }');
  });
});

describe('policies', () => {
  const ask = async (policy: Policy): Promise<string> =>
    left(await compose('type Query { a: Int @policy(policies: [["p"]])  b: Int }'), '{ a b }', caller(), new Map([['p', policy]]));

  test.each<[string, Policy, string]>([
    ['that is met', () => true, '{ a b }'],
    ['that is met later', async () => true, '{ a b }'],
    ['that is not met', () => false, '{ b }'],
    [
      'that throws',
      () => {
        throw new Error('away');
      },
      '{ b }',
    ],
    ['that rejects', () => Promise.reject(new Error('away')), '{ b }'],
    ['that answers something else', (() => Promise.resolve('yes')) as unknown as Policy, '{ b }'],
  ])('one %s', async (_, policy, expected) => {
    expect(await ask(policy)).toBe(expected);
  });
});

test('a new supergraph begins with a plan for each kind of rights that its documents were asked with', async () => {
  const types = 'type Query { a: Int @requiresScopes(scopes: [["s"]])  b: Int @authenticated';
  const [before, after] = await Promise.all([compose(`${types} }`), compose(`${types}  c: Int }`)]);
  const [previous, next] = [before, after].map((sdl) => buildGraph(sdl, { planSource: planHere, pathsLimit: 20, clientOf: noClient }));
  if (!previous || !next) throw new Error('two were built');
  const document = parse('{ a b }');
  const rightsOf = async (graph: ServedGraph, scopes: string[]) => {
    const operation = getOperationAST(document);
    if (!operation) throw new Error('no operation');
    return graph.planner.authorization.question(document, operation).rightsOf(caller(...scopes), log);
  };
  const request = { documentKey: 'k', document, operationName: undefined, variables: {}, inParts: false };
  for (const scopes of [['s'], []]) await previous.planner.compile({ ...request, rights: await rightsOf(previous, scopes) });
  expect(await warmUp(next, previous)).toBe(2);
  const known = next.planner.latest(10).map(({ rights }) => rights);
  expect(known).toEqual([await rightsOf(next, []), await rightsOf(next, ['s'])]);
});
