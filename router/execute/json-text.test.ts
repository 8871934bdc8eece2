import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quote } from './json-text.ts';

test('a string is quoted as JSON.stringify does it, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 120 }), (text) => {
      expect(quote(text)).toBe(JSON.stringify(text));
    }),
  );
});

test.each(['"', '\\', '\n', '\u0000', '\u001f', '\u2028', '\ud800', '\udfff', '😀', 'ü'])(
  '%j is quoted alone, in the middle and at the end',
  (special) => {
    for (const padding of ['', 'x'.repeat(10), 'x'.repeat(60)]) {
      const text = `${padding}${special}${padding}${special}`;
      expect(quote(text)).toBe(JSON.stringify(text));
    }
  },
);
