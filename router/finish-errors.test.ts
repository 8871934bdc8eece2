import { GraphQLError } from 'graphql';
import { describe, expect, test } from 'vitest';
import { finishErrors } from './finish-errors.ts';

const failed = (path: (string | number)[]) =>
  new GraphQLError('no', { path, extensions: { code: 'SUBGRAPH_UNAVAILABLE', service: 'things' } });
const pathsAfter = (data: Record<string, unknown> | null, ...errors: GraphQLError[]) =>
  finishErrors(errors, data && { value: data }).map(({ path }) => path);

describe('the path of an error', () => {
  test.each<[string, Record<string, unknown> | null, (string | number)[], (string | number)[]]>([
    ['stays when it ends in the answer', { me: { things: null } }, ['me', 'things'], ['me', 'things']],
    ['stays when a null above it is its effect', { me: null }, ['me', 'things', 0], ['me', 'things', 0]],
    ['stays when nothing is left', null, ['me', 'things'], ['me', 'things']],
    ['ends at the object that lacks the field', { me: { name: 'Ann' } }, ['me', 'key'], ['me']],
    ['goes through lists', { all: [{ a: 1 }, { a: 2 }] }, ['all', 1, 'key', 'x'], ['all', 1]],
    ['is never empty', { other: 1 }, ['me'], ['me']],
  ])('%s', (_, data, path, visible) => expect(pathsAfter(data, failed(path))).toEqual([visible]));

  test('is not repeated when several hidden fields end at one object', () => {
    expect(pathsAfter({ me: { name: 'Ann' } }, failed(['me', 'k1']), failed(['me', 'k2']))).toEqual([['me']]);
  });
});
