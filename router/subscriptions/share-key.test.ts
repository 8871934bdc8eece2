import { describe, expect, test } from 'vitest';
import type { Caller } from '#chassis/caller.ts';
import type { ClientOperation } from './operations.ts';
import { shareKey } from './share-key.ts';

const ann: Caller = { role: 'PATIENT', subject: 'ann', patientId: 'pat_1', scopes: ['a'] };
const operation = { query: 'subscription($a: Int) { x(a: $a) }', variables: { a: 1, b: { c: 1, d: [1, 2] } } };
const address = '192.0.2.7';
const key = shareKey(operation, ann, address);

describe('a subscription is shared', () => {
  test('whatever the order of its variables and claims', () => {
    const reordered: Caller = { scopes: ['a'], patientId: 'pat_1', subject: 'ann', role: 'PATIENT' };
    expect(shareKey({ variables: { b: { d: [1, 2], c: 1 }, a: 1 }, query: operation.query }, reordered, address)).toBe(key);
  });

  test.each<[string, [ClientOperation, Caller | null, string?]]>([
    ['another subject', [operation, { ...ann, subject: 'bo' }]],
    ['another chart', [operation, { ...ann, patientId: 'pat_2' }]],
    ['other scopes', [operation, { ...ann, scopes: ['a', 'b'] }]],
    ['nobody', [operation, null]],
    ['another document', [{ ...operation, query: `${operation.query} ` }, ann]],
    ['another operation of the document', [{ ...operation, operationName: 'B' }, ann]],
    ['other variables', [{ ...operation, variables: { a: 1, b: { c: 1, d: [2, 1] } } }, ann]],
    ['null where nothing was', [{ ...operation, variables: { ...operation.variables, e: null } }, ann]],
    ['another address', [operation, ann, '192.0.2.1']],
    ['a variable named as a prototype', [{ ...operation, variables: JSON.parse('{"a":1,"b":{"c":1,"d":[1,2]},"__proto__":1}') }, ann]],
  ])('not with %s', (_, [other, caller, from = address]) => expect(shareKey(other, caller, from)).not.toBe(key));
});
