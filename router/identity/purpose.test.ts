import { expect, test } from 'vitest';
import { purposeOf, roles } from '#chassis/caller.ts';
import type { Caller } from '#chassis/caller.ts';
import { purposesOf, withPurpose } from './purpose.ts';

const practitioner: Caller = { role: 'PRACTITIONER', subject: 'grace', scopes: [] };

test.each(roles)('what a %s usually asks for is among what the role may ask for', (role) => {
  expect(purposesOf[role]).toContain(purposeOf({ role, subject: 's', scopes: [] }));
});

test.each(roles)('a %s cannot choose among purposes for which consents are given', (role) => {
  expect(purposesOf[role].filter((purpose) => ['TREAT', 'HPAYMT', 'HOPERAT', 'HRESCH'].includes(purpose)).length).toBeLessThan(2);
});

test('who says nothing stays as they are; a purpose that fits is taken', () => {
  expect(withPurpose(practitioner, undefined)).toBe(practitioner);
  expect(withPurpose(practitioner, 'ETREAT')).toEqual({ ...practitioner, purpose: 'ETREAT' });
  expect(withPurpose({ ...practitioner, purpose: 'TREAT' }, 'TREAT').purpose).toBe('TREAT');
});

test.each<[string, Partial<Caller>, string, string, RegExp]>([
  ['a word that is no purpose', {}, 'CURIOSITY', 'BAD_REQUEST', /"CURIOSITY" is not a purpose. It is one of TREAT,/],
  ['a purpose in another writing', {}, 'treat', 'BAD_REQUEST', /"treat"/],
  ['what is no word at all', {}, '<script>', 'BAD_REQUEST', /this value is not a purpose/],
  ['two purposes', {}, 'TREAT, ETREAT', 'BAD_REQUEST', /this value/],
  ['a purpose of another role', {}, 'HPAYMT', 'FORBIDDEN', /HPAYMT does not fit the role PRACTITIONER. It may ask for TREAT, ETREAT/],
  ['research, which no role may ask for', {}, 'HRESCH', 'FORBIDDEN', /HRESCH/],
  ['an emergency of a pharmacy', { role: 'PHARMACY' }, 'ETREAT', 'FORBIDDEN', /ETREAT/],
  ['another purpose than the token is for', { purpose: 'TREAT' }, 'ETREAT', 'FORBIDDEN', /the token is for TREAT/],
])('%s is refused by name', (_, caller, said, code, message) => {
  expect(() => withPurpose({ ...practitioner, ...caller }, said)).toThrow(
    expect.objectContaining({ message: expect.stringMatching(message), extensions: expect.objectContaining({ code }) }),
  );
});
