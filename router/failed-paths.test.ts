import { describe, expect, test } from 'vitest';
import { failedPaths } from './failed-paths.ts';

const representations = [{ __typename: 'Person' }, { __typename: 'Thing' }, { __typename: 'Person' }];

describe('the fields that a failed request leaves empty', () => {
  test.each<[string, string, Record<string, unknown>, (string | number)[][]]>([
    ['root fields by response key', '{ a: person { name } people { name } }', {}, [['a'], ['people']]],
    ['fields of a mutation', 'mutation M { addThing { id } }', {}, [['addThing']]],
    ['no skipped field', 'query Q($no: Boolean!) { a @include(if: $no) b @skip(if: $no) c }', { no: false }, [['b'], ['c']]],
    ['by the default of a variable', 'query Q($no: Boolean! = false) { a @include(if: $no) c }', {}, [['c']]],
    ['through fragments, each once', '{ ...F ... on Query { b } b } fragment F on Query { a __typename }', {}, [['a'], ['b']]],
    [
      'per entity the fields of its type',
      'query Q($representations: [_Any!]!) { _entities(representations: $representations) { ... on Person { __typename x y: z } ... on Thing { label } } }',
      { representations },
      [
        ['_entities', 0, 'x'],
        ['_entities', 0, 'y'],
        ['_entities', 1, 'label'],
        ['_entities', 2, 'x'],
        ['_entities', 2, 'y'],
      ],
    ],
    [
      'per entity every field when the condition is an interface',
      'query Q($representations: [_Any!]!) { _entities(representations: $representations) { ... on Named { label } } }',
      { representations: [{ __typename: 'Thing' }] },
      [['_entities', 0, 'label']],
    ],
  ])('%s', (_, query, variables, paths) => expect(failedPaths(query, variables)).toEqual(paths));
});
