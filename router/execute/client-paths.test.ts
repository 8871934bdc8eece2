import { expect, test } from 'vitest';
import type { Shape, ShapeField } from '../plan/shape.ts';
import { clientPaths } from './client-paths.ts';

const field = (responseKey: string, internalKey: string, more: Partial<ShapeField> = {}): ShapeField => ({
  responseKey,
  prefix: '',
  nextPrefix: '',
  internalKey,
  isInherited: false,
  isString: false,
  meta: null,
  value: { kind: 'leaf', nonNull: false, write: () => true },
  shape: null,
  ...more,
});
const shapeOf = (typeName: string, fields: readonly ShapeField[]): Shape => ({
  typeName,
  kind: 'object',
  fieldsOf: (name) => (name === typeName ? fields : null),
  laterOf: () => [],
  possibleTypes: [typeName],
  refusedTypes: null,
});

test('an error is told at every alias of its field', () => {
  const shape = shapeOf('Query', [field('one', 'bed'), field('two', 'bed'), field('other', 'room')]);
  expect(clientPaths(['bed'], shape, {})).toEqual([['one'], ['two']]);
});

test('an error of a field that was fetched for the router alone is none of a field that the caller may not see', () => {
  const bed = shapeOf('Bed', [field('number', 'number', { meta: 'unauthorized' }), field('made', 'made')]);
  const shape = shapeOf('Query', [field('bed', 'bed', { shape: bed })]);
  expect(clientPaths(['bed', 'number'], shape, { bed: {} })).toEqual([['bed']]);
  expect(clientPaths(['bed', 'made'], shape, { bed: {} })).toEqual([['bed', 'made']]);
});
