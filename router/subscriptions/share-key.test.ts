import { describe, expect, test } from 'vitest';
import type { Caller } from '#chassis/caller.ts';
import { shareKey } from './share-key.ts';

const ann: Caller = { role: 'PATIENT', subject: 'ann', patientId: 'pat_1', scopes: ['a'] };
const operation = { query: 'subscription($a: Int) { x(a: $a) }', variables: { a: 1, b: { c: 1, d: [1, 2] } } };
const key = shareKey(operation, ann);

describe('a subscription is shared', () => {
  test('whatever the order of its variables and claims', () => {
    const reordered: Caller = { scopes: ['a'], patientId: 'pat_1', subject: 'ann', role: 'PATIENT' };
    expect(shareKey({ variables: { b: { d: [1, 2], c: 1 }, a: 1 }, query: operation.query }, reordered)).toBe(key);
  });

  test.each<[string, Parameters<typeof shareKey>]>([
    ['another subject', [operation, { ...ann, subject: 'bo' }]],
    ['another chart', [operation, { ...ann, patientId: 'pat_2' }]],
    ['other scopes', [operation, { ...ann, scopes: ['a', 'b'] }]],
    ['nobody', [operation, null]],
    ['another document', [{ ...operation, query: `${operation.query} ` }, ann]],
    ['another operation of the document', [{ ...operation, operationName: 'B' }, ann]],
    ['other variables', [{ ...operation, variables: { a: 1, b: { c: 1, d: [2, 1] } } }, ann]],
    ['null where nothing was', [{ ...operation, variables: { ...operation.variables, e: null } }, ann]],
    ['a variable named as a prototype', [{ ...operation, variables: JSON.parse('{"a":1,"b":{"c":1,"d":[1,2]},"__proto__":1}') }, ann]],
  ])('not with %s', (_, [other, caller]) => expect(shareKey(other, caller)).not.toBe(key));
});
