import { existsSync, readFileSync } from 'node:fs';
import { buildASTSchema, parse, type GraphQLEnumType } from 'graphql';
import { expect, test } from 'vitest';
import { graphqlCodes, Refusal, refusalCodes, requestCodes } from './errors.ts';
import { subgraphSdl } from './subgraph-sdl.ts';

const codes = Object.keys(refusalCodes);
const docs = new URL('../../docs/errors.md', import.meta.url);

test('the enum ErrorCode has the codes of the catalogue, described by its words', () => {
  const schema = buildASTSchema(parse(subgraphSdl('patient')), { assumeValidSDL: true });
  const values = (schema.getType('ErrorCode') as GraphQLEnumType).getValues();
  expect(values.map(({ name }) => name)).toEqual(codes);
  for (const { name, description } of values) {
    const { meaning, remedy } = refusalCodes[name as keyof typeof refusalCodes];
    expect(description).toBe(`${meaning} ${remedy}`);
  }
});

test('docs/errors.md lists every code with its meaning and remedy', () => {
  expect(existsSync(docs)).toBe(true);
  const text = readFileSync(docs, 'utf8');
  for (const [code, { meaning, remedy, retryable }] of Object.entries(refusalCodes)) {
    expect(text).toContain(`| \`${code}\` | ${meaning} | ${remedy} | ${retryable ? 'yes' : 'no'} |`);
  }
  for (const [code, meaning] of Object.entries({ ...graphqlCodes, ...requestCodes }))
    expect(text).toContain(`| \`${code}\` | ${meaning} |`);
});

/** The codes in the first column of a page's tables, under one heading. */
const listed = (page: URL, heading: string): string[] => {
  const section =
    readFileSync(page, 'utf8')
      .split(/^## /m)
      .find((text) => text.startsWith(heading)) ?? '';
  const cells = [...section.matchAll(/^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \|/gm)].map(([, cell = '']) => cell);
  return cells.flatMap((cell) => [...cell.matchAll(/[A-Z_]+/g)].map(([code]) => code)).sort();
};

test('docs/errors.md and the README list no code that is not there', () => {
  const errorCodes = Object.keys({ ...graphqlCodes, ...requestCodes }).sort();
  expect(listed(docs, '`userErrors[].code`')).toEqual([...codes].sort());
  expect(listed(docs, '`errors[].extensions.code`')).toEqual(errorCodes);
  expect(listed(new URL('../../README.md', import.meta.url), 'Errors')).toEqual(errorCodes);
});

test('several refusals are answered together', () => {
  const refusal = Refusal.all([new Refusal('INVALID_INPUT', 'a', { path: ['a'] }), new Refusal('INVALID_INPUT', 'b', { path: ['b'] })]);
  expect(refusal.userErrors.map(({ path }) => path)).toEqual([['a'], ['b']]);
});
