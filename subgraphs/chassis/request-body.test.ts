import { expect, test } from 'vitest';
import { nestsDeeper } from './request-body.ts';

test.each([
  ['as deep as may be', '[[1]]', false],
  ['deeper', '[[[1]]]', true],
  ['objects and arrays', '{"a":[{"b":1}]}', true],
  ['side by side', '[[1],[2],{"a":3}]', false],
  ['brackets in a string', '["[[[[{{{{"]', false],
  ['a string with a quote in it', String.raw`["\"[[[["]`, false],
  ['a string that ends with a backslash', String.raw`["\\",[[1]]]`, true],
  ['an open string', '["[[[', false],
])('%s', (_, text, expected) => expect(nestsDeeper(text, 2)).toBe(expected));
