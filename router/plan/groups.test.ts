import type { FetchNode } from '@apollo/query-planner';
import { parse, print } from 'graphql';
import { describe, expect, test } from 'vitest';
import { dependenciesOf } from './dependencies.ts';
import { groupFetches, mergeEntityFetches } from './merge-fetches.ts';
import type { PlannedFetch } from './planned-fetches.ts';

interface Described {
  readonly service: string;
  /** Where its entities are; left out: it asks at the root. */
  readonly at?: string;
  /** Fields it needs of them, besides the type. */
  readonly needs?: string;
  readonly selects: string;
  readonly after?: readonly number[];
  readonly kind?: 'query' | 'mutation';
}

const fetchOf = ({ service, at, needs = 'id', selects, after = [], kind = 'query' }: Described): PlannedFetch => ({
  node: {
    kind: 'Fetch',
    serviceName: service,
    operationName: undefined,
    operationKind: kind as FetchNode['operationKind'],
    operation:
      at === undefined
        ? `${kind} { ${selects} }`
        : `query($representations: [_Any!]!) { _entities(representations: $representations) { ... on T { ${selects} } } }`,
    ...(at !== undefined && {
      requires: [
        {
          kind: 'InlineFragment',
          typeCondition: 'T',
          selections: ['__typename', ...needs.split(' ')].map((name) => ({ kind: 'Field' as const, name })),
        },
      ],
    }),
  },
  path: at?.split('.') ?? [],
  conditions: [],
  depends: [],
  block: 0,
  after,
});

function plan(...described: Described[]): { waitsFor: readonly (readonly number[])[]; groups: number[][] } {
  const fetches = described.map(fetchOf);
  const waitsFor = dependenciesOf(fetches);
  const unblocks = fetches.map((_, index) => waitsFor.flatMap((needed, other) => (needed.includes(index) ? [other] : [])));
  return { waitsFor, groups: groupFetches(fetches, waitsFor, unblocks) };
}

describe('a fetch waits', () => {
  test('for those that write the way to its entities or a field it needs of them, not for all that the planner puts before it', () => {
    const { waitsFor } = plan(
      { service: 'a', selects: 'x { __typename id } y { __typename id }' },
      { service: 'b', at: 'x', selects: 'size', after: [0] },
      { service: 'c', at: 'y', selects: 'name', after: [0] },
      { service: 'd', at: 'x', needs: 'id size', selects: 'price', after: [0, 1, 2] },
    );
    expect(waitsFor).toEqual([[], [0], [0], [0, 1]]);
  });

  test('for nothing that the planner puts beside it, though it writes the same', () => {
    const { waitsFor } = plan(
      { service: 'a', selects: 'x { __typename id }' },
      { service: 'b', at: 'x', selects: 'id size', after: [0] },
      { service: 'c', at: 'x', selects: 'id name', after: [0] },
    );
    expect(waitsFor).toEqual([[], [0], [0]]);
  });

  test('in a mutation for all before it', () => {
    const { waitsFor } = plan(
      { service: 'a', selects: 'first { id }', kind: 'mutation' },
      { service: 'b', selects: 'second { id }', kind: 'mutation', after: [0] },
      { service: 'a', selects: 'third { id }', kind: 'mutation', after: [0, 1] },
    );
    expect(waitsFor).toEqual([[], [0], [0, 1]]);
  });
});

describe('fetches of entities go out together', () => {
  test('when they are for one subgraph and at one stage', () => {
    const { groups } = plan(
      { service: 'a', selects: 'x { __typename id }' },
      { service: 'b', selects: 'y { __typename id }' },
      { service: 'c', at: 'x', selects: 'z { __typename id }', after: [0] },
      { service: 'c', at: 'y', selects: 'z { __typename id }', after: [1] },
      { service: 'd', at: 'x.z', selects: 'name', after: [0, 2] },
      { service: 'd', at: 'y.z', selects: 'size', after: [1, 3] },
    );
    expect(groups).toEqual([[0], [1], [2, 3], [4, 5]]);
  });

  test('with the last one to their subgraph, when nothing waits for them', () => {
    const { groups } = plan(
      { service: 'a', selects: 'x { __typename id }' },
      { service: 'b', at: 'x', selects: 'name', after: [0] },
      { service: 'c', at: 'x', selects: 'z { __typename id }', after: [0] },
      { service: 'b', at: 'x.z', selects: 'name', after: [0, 2] },
    );
    expect(groups).toEqual([[0], [1, 3], [2]]);
  });

  test('but not later than at their stage, when something waits for them', () => {
    const { groups } = plan(
      { service: 'a', selects: 'x { __typename id }' },
      { service: 'b', at: 'x', selects: 'size', after: [0] },
      { service: 'c', at: 'x', needs: 'size', selects: 'z { __typename id }', after: [0, 1] },
      { service: 'b', at: 'x.z', selects: 'name', after: [0, 1, 2] },
    );
    expect(groups).toEqual([[0], [1], [2], [3]]);
  });
});

test('documents with variables, and fragments of one name, are joined without mixing them up', () => {
  const joined = mergeEntityFetches([
    'query($representations: [_Any!]!, $n: Int) { _entities(representations: $representations) { ...F } } fragment F on T { a(n: $n) }',
    'query($representations: [_Any!]!) { _entities(representations: $representations) { ... on U { u { ...F } } } } fragment F on T { b }',
  ]);
  expect(print(parse(joined))).toBe(
    print(
      parse(`query($representations0: [_Any!]!, $n: Int, $representations1: [_Any!]!) {
        _entities0: _entities(representations: $representations0) { ...F0 }
        _entities1: _entities(representations: $representations1) { ... on U { u { ...F1 } } }
      }
      fragment F0 on T { a(n: $n) }
      fragment F1 on T { b }`),
    ),
  );
});
