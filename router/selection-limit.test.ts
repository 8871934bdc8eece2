import { buildSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { selectionLimit } from './selection-limit.ts';

const schema = buildSchema('type Query { a: Int  b: Int  in: Query }');
const complaints = (document: string, most = 10) => validate(schema, parse(document), [selectionLimit(most)]).map(({ message }) => message);

test('as many selections as allowed pass, one more does not', () => {
  const fields = (count: number) => Array.from({ length: count }, (_, index) => `f${index}: a`).join(' ');
  expect(complaints(`{ ${fields(10)} }`)).toEqual([]);
  expect(complaints(`{ ${fields(11)} }`)).toHaveLength(1);
});

test('a named fragment counts as often as it is spread', () => {
  expect(complaints('{ x: in { ...F } y: in { ...F } } fragment F on Query { a b }')).toEqual([]);
  expect(complaints('query Big { x: in { ...F } y: in { ...F } z: in { ...F } } fragment F on Query { a b }')[0]).toContain(
    'operation Big',
  );
});

test('fragments that multiply are counted without writing them out', () => {
  const fragments = Array.from({ length: 60 }, (_, i) => `fragment F${i} on Query { x: in { ...F${i + 1} } y: in { ...F${i + 1} } }`);
  expect(complaints(`{ ...F0 } ${fragments.join(' ')} fragment F60 on Query { a }`, 500)).toHaveLength(1);
});

test('a fragment within itself is left to the rule that forbids it', () => {
  expect(complaints('{ ...F } fragment F on Query { in { ...F } }')).toEqual([]);
});
