import { expect, test } from 'vitest';
import { affected } from './reload.ts';

const names = ['patient', 'visit', 'router'];

test.each([
  [['subgraphs/visit/access.ts'], ['visit']],
  [
    ['subgraphs/visit/access.ts', 'router/server.ts'],
    ['visit', 'router'],
  ],
  [['subgraphs/chassis/http.ts'], names],
  [['schema/visit.graphql'], names],
  [['subgraphs/visit/access.ts', 'prisma/visit/schema.prisma'], names],
])('a change of %j restarts %j', (files, restarted) => {
  expect(affected(files, names)).toEqual(restarted);
});
