import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Subgraph } from '#chassis/subgraph.ts';
import { testDatabase, type TestDatabase } from '#chassis/testing/test-database.ts';
import { subgraphNames } from '#schema/events.ts';
import { createSubgraph } from './subgraphs.ts';

// Prisma's query compiler is WebAssembly whose instance is a variable of its module: a second instance would pull the memory away
// under the first. In one process five clients must share it.

let databases: TestDatabase[];
let subgraphs: Subgraph[];
const loads = vi.fn<(imports: readonly string[]) => void>();
beforeAll(async () => {
  const { Instance } = WebAssembly;
  vi.spyOn(WebAssembly, 'Instance').mockImplementation(function (module, imports) {
    loads(Object.keys(imports ?? {}));
    return new Instance(module, imports);
  });
  databases = await Promise.all(subgraphNames.map((name) => testDatabase(name)));
  const courier = { deliver: () => Promise.resolve([]) };
  subgraphs = await Promise.all(
    subgraphNames.map((name, index) =>
      createSubgraph[name]({ databaseUrl: databases[index]?.url ?? '', log: pino({ level: 'silent' }), courier, env: {} }),
    ),
  );
});
afterAll(async () => {
  await Promise.all(subgraphs.map((subgraph) => subgraph.close()));
  await Promise.all(databases.map((database) => database[Symbol.asyncDispose]()));
  vi.restoreAllMocks();
});

test('five Prisma clients in one process share one query compiler, and each speaks to its own database', async () => {
  const named = await Promise.all(
    Array.from({ length: 20 }, () =>
      Promise.all(
        subgraphs.map(async ({ database }) => {
          const [row] = await database.client.$queryRaw<{ name: string }[]>`select current_database() as name`;
          return row?.name;
        }),
      ),
    ),
  );
  const expected = databases.map(({ url }) => new URL(url).pathname.slice(1));
  for (const names of named) expect(names).toEqual(expected);
  expect(loads.mock.calls).toEqual([[['./query_compiler_fast_bg.js']]]);
});
