import { existsSync, readFileSync } from 'node:fs';
import { buildASTSchema, parse, type GraphQLEnumType } from 'graphql';
import { expect, test } from 'vitest';
import { graphqlCodes, Refusal, refusalCodes } from './errors.ts';
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
  for (const [code, meaning] of Object.entries(graphqlCodes)) expect(text).toContain(`| \`${code}\` | ${meaning} |`);
});

test('several refusals are answered together', () => {
  const refusal = Refusal.all([new Refusal('INVALID_INPUT', 'a', { path: ['a'] }), new Refusal('INVALID_INPUT', 'b', { path: ['b'] })]);
  expect(refusal.userErrors.map(({ path }) => path)).toEqual([['a'], ['b']]);
});
