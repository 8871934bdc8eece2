import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createErrorPaths } from './error-paths.ts';

const path = fc.array(fc.oneof(fc.constantFrom('a', 'b'), fc.integer({ min: 0, max: 2 })), { maxLength: 4 });
const startsWith = (whole: readonly unknown[], start: readonly unknown[]) => start.every((key, index) => whole[index] === key);

test('a path is covered when a known one leads to it, or goes on from it', () => {
  fc.assert(
    fc.property(fc.array(path, { maxLength: 5 }), path, (known, asked) => {
      const paths = createErrorPaths(known.slice(0, 2));
      for (const later of known.slice(2)) paths.add(later);
      expect(paths.covers(asked)).toBe(known.some((one) => startsWith(one, asked) || startsWith(asked, one)));
    }),
  );
});
