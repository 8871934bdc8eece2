import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coversScope, readScope } from './smart-scopes.ts';

const covers = (held: string, required: string): boolean => coversScope(readScope(held), readScope(required));

describe('a scope covers another', () => {
  test.each([
    ['the same text', 'openid', 'openid', true],
    ['another text', 'openid', 'profile', false],
    ['the same', 'patient/Prescription.rs', 'patient/Prescription.rs', true],
    ['more letters', 'user/Prescription.cruds', 'user/Prescription.s', true],
    ['fewer letters', 'user/Prescription.r', 'user/Prescription.rs', false],
    ['other letters', 'user/Prescription.cud', 'user/Prescription.rs', false],
    ['every resource', 'user/*.cruds', 'user/Prescription.s', true],
    ['one for every resource', 'user/Prescription.cruds', 'user/*.s', false],
    ['another resource', 'user/Claim.cruds', 'user/Prescription.s', false],
    ['a resource that begins alike', 'user/Claim.cruds', 'user/ClaimResponse.r', false],
    ['another level', 'patient/*.cruds', 'user/Prescription.s', false],
    ['the level of systems', 'system/*.cruds', 'patient/Prescription.s', false],
    ['a narrowed one', 'user/Claim.rs?status=active', 'user/Claim.rs', false],
    ['one for what is narrowed', 'user/Claim.rs', 'user/Claim.rs?status=active', true],
    ['narrowed alike, in another order', 'user/Claim.rs?b=2&a=1', 'user/Claim.r?a=1&b=2', true],
    ['narrowed otherwise', 'user/Claim.rs?status=active', 'user/Claim.rs?status=draft', false],
    ['read of v1', 'patient/Prescription.read', 'patient/Prescription.rs', true],
    ['read of v1, to write', 'patient/Prescription.read', 'patient/Prescription.c', false],
    ['write of v1', 'patient/Prescription.write', 'patient/Prescription.cud', true],
    ['write of v1, to read', 'patient/Prescription.write', 'patient/Prescription.r', false],
    ['all of v1', 'patient/*.*', 'patient/Prescription.cruds', true],
    ['letters in another order', 'user/Prescription.sr', 'user/Prescription.s', false],
    ['no letter', 'user/Prescription.', 'user/Prescription.s', false],
    ['to a scope without a letter', 'user/*.cruds', 'user/Prescription.', false],
    ['something before it', 'xuser/*.cruds', 'user/Prescription.s', false],
    ['something after it', 'user/*.cruds x', 'user/Prescription.s', false],
    ['a name of every object', 'user/constructor.cruds', 'user/Prescription.s', false],
  ])('%s: %s for %s is %s', (_, held, required, expected) => {
    expect(covers(held, required)).toBe(expected);
  });
});

const scope = fc
  .record({
    level: fc.constantFrom('patient', 'user', 'system'),
    resource: fc.constantFrom('*', 'Claim', 'Patient'),
    letters: fc.subarray([...'cruds'], { minLength: 1 }).map((letters) => letters.join('')),
    query: fc.constantFrom('', '?a=1', '?a=2'),
  })
  .map(({ level, resource, letters, query }) => `${level}/${resource}.${letters}${query}`);

test('to cover is an order: every scope covers itself, and what covers what covers covers', () => {
  fc.assert(
    fc.property(scope, scope, scope, (a, b, c) => {
      expect(covers(a, a)).toBe(true);
      if (covers(a, b) && covers(b, c)) expect(covers(a, c)).toBe(true);
      if (covers(a, b) && covers(b, a)) expect(a).toBe(b);
    }),
  );
});

test('what covers two letters covers each of them', () => {
  fc.assert(
    fc.property(scope, fc.subarray([...'cruds'], { minLength: 2 }), (held, letters) => {
      const each = letters.every((letter) => covers(held, `user/Claim.${letter}`));
      expect(covers(held, `user/Claim.${letters.join('')}`)).toBe(each);
    }),
  );
});
