import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endOfPrefix, nameKey, nameWords } from './name-search.ts';

describe('nameKey', () => {
  it.each([
    ['González', 'gonzalez'],
    ["María-José O'Neill", 'maria jose oneill'],
    ['  van  der   Berg ', 'van der berg'],
    ['Strauß', 'strauss'],
    ['Øystein Łukasz', 'oystein lukasz'],
    ['İbrahim', 'ibrahim'],
    ['Nguyễn Thị Đào', 'nguyen thi dao'],
    ['山田 太郎', '山田 太郎'],
    ['—', ''],
  ])('makes %j into %j', (name, key) => {
    expect(nameKey(name)).toBe(key);
  });

  it('does not change a key', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (name) => nameKey(nameKey(name)) === nameKey(name)));
  });

  it('is the same for upper and lower case of Latin names', () => {
    const latin = fc.string({ unit: fc.constantFrom(...'abcdefgéèüñçåøzß -') });
    fc.assert(fc.property(latin, (name) => nameKey(name.toUpperCase()) === nameKey(name)));
  });
});

describe('nameWords', () => {
  it('names each word once', () => {
    expect(nameWords('de la Cruz', 'Ana', 'Cruz')).toEqual(['de', 'la', 'cruz', 'ana']);
  });

  it('is empty for a name without letters', () => {
    expect(nameWords('- -')).toEqual([]);
  });

  it('gives words that fall in the range of each of their beginnings', () => {
    const bytes = (text: string) => Buffer.from(text);
    const text = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(text, text, (beginning, rest) => {
        const [word] = nameWords(`${beginning}${rest}`);
        if (word === undefined) return;
        const letters = [...word];
        for (let length = 1; length <= letters.length; length++) {
          const prefix = letters.slice(0, length).join('');
          expect(Buffer.compare(bytes(word), bytes(prefix))).toBeGreaterThanOrEqual(0);
          expect(Buffer.compare(bytes(word), bytes(endOfPrefix(prefix)))).toBeLessThan(0);
        }
      }),
    );
  });
});
