/** Letters that Unicode does not decompose into a base letter and an accent, as people type them without a special keyboard. */
const plainLetters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ı: 'i',
  ħ: 'h',
};

/**
 * A name as it is searched and sorted by: lower case, without accents and apostrophes, words separated by one space.
 * `María-José O'Neill` becomes `maria jose oneill`. The same name always gives the same key.
 */
export function nameKey(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/[\p{M}'’ʼ`´]/gu, '')
    .replaceAll(/[ßæœøđðłþıħ]/gu, (letter) => plainLetters[letter] ?? letter)
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** The distinct words of names in search form: what a search by the beginning of a name looks up. */
export function nameWords(...names: string[]): string[] {
  return [...new Set(names.flatMap((name) => nameKey(name).split(' ')))].filter((word) => word !== '');
}

/** The first text, by code point, that stands behind every text with this beginning. */
export const endOfPrefix = (prefix: string): string => `${prefix}\u{10ffff}`;
