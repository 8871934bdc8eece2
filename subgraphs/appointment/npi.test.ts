import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isNpi, npiFrom } from './npi.ts';

describe('a National Provider Identifier', () => {
  it.each([
    { npi: '1234567893', valid: true, why: 'the example of the CMS check digit specification' },
    { npi: '1234567890', valid: false, why: 'wrong check digit' },
    { npi: '1245319599', valid: true, why: 'right check digit' },
    { npi: '3234567893', valid: false, why: 'begins with 3' },
    { npi: '123456789', valid: false, why: 'nine digits' },
    { npi: '12345678931', valid: false, why: 'eleven digits' },
    { npi: '123456789O', valid: false, why: 'a letter' },
    { npi: '', valid: false, why: 'empty' },
  ])('$npi is valid: $valid ($why)', ({ npi, valid }) => {
    expect(isNpi(npi)).toBe(valid);
  });

  const nineDigits = fc
    .tuple(fc.constantFrom('1', '2'), fc.integer({ min: 0, max: 99_999_999 }))
    .map(([first, rest]) => first + String(rest).padStart(8, '0'));

  it('has exactly one check digit for each nine digits', () => {
    fc.assert(
      fc.property(nineDigits, (nine) => {
        expect(Array.from({ length: 10 }, (_, digit) => `${nine}${digit}`).filter(isNpi)).toEqual([npiFrom(nine)]);
      }),
    );
  });

  it('notices any single wrong digit', () => {
    fc.assert(
      fc.property(nineDigits, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), (nine, position, by) => {
        const npi = npiFrom(nine);
        const wrong = npi.slice(0, position) + ((Number(npi[position]) + by) % 10) + npi.slice(position + 1);
        expect(isNpi(wrong)).toBe(false);
      }),
    );
  });
});
