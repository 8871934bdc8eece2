import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { documentGate, readDocument } from './document-gate.ts';
import { measureDocument } from './measure-document.ts';
import { defaultOperationLimits } from './operation-limits.ts';

const measures = (document: string) => measureDocument(parse(document));

describe('a document is measured', () => {
  test.each([
    ['{ a }', { depth: 1, rootFields: 1, selections: 1 }],
    ['{ a { b { c } } d }', { depth: 3, rootFields: 2, selections: 4 }],
    ['{ x: a y: a { z: b } }', { aliases: 3 }],
    ['query Q($v: Int @deprecated) @live { a @skip(if: false) ... @include(if: true) { b @x @y } }', { directives: 6 }],
  ])('%s', (document, expected) => expect(measures(document)).toMatchObject(expected));

  test('with its fragments at each place where they stand', () => {
    const inline = measures('{ x: a { b { c } d: e } y: a { b { c } d: e } }');
    expect(measures('{ x: a { ...F } y: a { ...F } } fragment F on T { b { c } d: e }')).toEqual({
      ...inline,
      selections: inline.selections + 2,
    });
    expect(measures('{ ...R ...R } fragment R on Query { a b }')).toMatchObject({ rootFields: 4, depth: 1 });
  });

  test('as its greatest operation, and also by a fragment that stands nowhere', () => {
    expect(measures('query A { a } query B { a { b } c d }')).toMatchObject({ depth: 2, rootFields: 3 });
    expect(measures('{ a } fragment F on T { a { b { c { d } } } }')).toMatchObject({ depth: 4, rootFields: 1 });
  });

  test('though its fragments multiply to more than anybody could write out', () => {
    const fragments = Array.from({ length: 200 }, (_, i) => `fragment F${i} on T { x: a { ...F${i + 1} } y: a { ...F${i + 1} } }`);
    const { selections, depth } = measures(`{ ...F0 } ${fragments.join(' ')} fragment F200 on T { b }`);
    expect(selections).toBeGreaterThan(1e60);
    expect(depth).toBe(201);
  });

  test('though a fragment is within itself', () => {
    expect(measures('{ ...F } fragment F on T { a { ...F } }')).toMatchObject({ depth: 1 });
  });
});

describe('a document beyond a limit is refused with the limit, its value and the most that it may be', () => {
  const many = (count: number, item: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => item(index)).join(' ');
  test.each([
    ['characters', `{ a } #${'x'.repeat(65_536)}`, 65_543],
    ['tokens', `{ ${many(1_999, () => 'a')} }`, undefined],
    ['depth', `${'{ a '.repeat(17)}${'}'.repeat(17)}`, 17],
    ['rootFields', `{ ${many(21, () => 'a')} }`, 21],
    ['aliases', `{ a { ${many(51, (index) => `a${index}: a`)} } }`, 51],
    ['directives', `{ a ${many(51, () => '@x')} }`, 51],
    ['selections', `{ a { ${many(500, () => 'a')} } }`, 501],
  ] as const)('%s', (limit, document, value) => {
    const read = readDocument(document, defaultOperationLimits);
    const extensions = 'refusal' in read ? read.refusal.extensions : {};
    expect(extensions).toMatchObject({ code: 'OPERATION_TOO_LARGE', limit, most: defaultOperationLimits[limit] });
    expect(extensions['value']).toBe(value);
  });
});

test('the gate leaves what is no GraphQL to those who explain it', () => {
  const fits = documentGate(defaultOperationLimits);
  expect(fits('{ a ')).toBeNull();
  expect(fits('{ a }')).toBeNull();
  expect(fits('{ a }')).toBeNull();
  expect(fits(`${'{ a '.repeat(17)}${'}'.repeat(17)}`)?.extensions['code']).toBe('OPERATION_TOO_LARGE');
});

test.each([
  ['subscription($b: Boolean!) { a @include(if: $b) }', 'GRAPHQL_VALIDATION_FAILED'],
  ['subscription { ...F } fragment F on Subscription { ... @skip(if: true) { a } }', 'GRAPHQL_VALIDATION_FAILED'],
  ['subscription { ...F } fragment F on Subscription { ...F a { b @skip(if: true) } }', undefined],
  ['query($b: Boolean!) { a @include(if: $b) }', undefined],
])('a condition on the root field of a subscription is refused: %s', (document, code) =>
  expect(documentGate(defaultOperationLimits)(document)?.extensions['code']).toBe(code),
);
