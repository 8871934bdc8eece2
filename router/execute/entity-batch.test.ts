import { expect, test } from 'vitest';
import { portionsOf, type Batch } from './entity-batch.ts';

const batch = (name: string, count: number, others: readonly number[] = []): Batch => ({
  part: { key: name } as Batch['part'],
  texts: Array.from({ length: count }, (_, index) => `${name}${index}`),
  objects: Array.from({ length: count }, (_, index) => ({ id: `${name}${index}` })),
  others: new Map(others.map((index) => [index, new Set([{ id: `${name}${index}`, again: true }])])),
});

test('what fits goes as it is', () => {
  const batches = [batch('a', 2), batch('b', 3)];
  expect(portionsOf(batches, 5)).toEqual([batches]);
});

test('what does not goes in portions, across batches, in order and whole', () => {
  const portions = portionsOf([batch('a', 5, [1, 4]), batch('b', 4)], 4);
  expect(portions.map((portion) => portion.map(({ texts }) => texts))).toEqual([
    [['a0', 'a1', 'a2', 'a3'], []],
    [['a4'], ['b0', 'b1', 'b2']],
    [[], ['b3']],
  ]);
  expect(portions.map((portion) => [...(portion[0]?.others.keys() ?? [])])).toEqual([[1], [0], []]);
  expect([...(portions[1]?.[0]?.others.get(0) ?? [])]).toEqual([{ id: 'a4', again: true }]);
});
