import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { subgraphNames } from '#schema/events.ts';

// Services stay independent because their code does: this test reads every import of the project and every use of a database client.

const root = new URL('..', import.meta.url).pathname;
const self = 'subgraphs/boundaries.test.ts';
const folders = ['subgraphs', 'router', 'schema', 'prisma', 'local', 'seed', 'tests', 'bench'];

/** What a part may import besides itself. `testing` stands for what only tests load: `*.test.ts`, `testing/` and `conformance/` folders. */
const production: Readonly<Record<string, readonly string[]>> = {
  schema: [],
  chassis: ['schema'],
  ...Object.fromEntries(subgraphNames.map((name) => [name, ['chassis', 'schema']])),
  router: ['chassis', 'schema'],
  prisma: ['chassis', 'schema', 'local'],
  seed: [...subgraphNames, 'router', 'chassis', 'schema', 'local'],
  local: [...subgraphNames, 'router', 'chassis', 'schema', 'seed'],
  tests: [...subgraphNames, 'router', 'chassis', 'schema', 'local', 'seed'],
  bench: [...subgraphNames, 'router', 'chassis', 'schema', 'local', 'seed'],
};
const testing: Readonly<Record<string, readonly string[]>> = {
  ...production,
  chassis: ['schema', 'local', ...subgraphNames],
};

interface SourceFile {
  /** Path from the root of the project. */
  path: string;
  text: string;
  /** Paths of the project's files that it imports, types included. */
  imports: string[];
}

const sources = new Map(folders.flatMap(readSources).map((file) => [file.path, file]));

function readSources(folder: string): SourceFile[] {
  let paths: string[];
  try {
    paths = readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return paths
    .map((path) => `${folder}/${path}`)
    .filter((path) => path.endsWith('.ts') && !path.includes('/generated/') && path !== self)
    .map((path) => {
      const text = readFileSync(`${root}${path}`, 'utf8');
      return { path, text, imports: importsOf(path, text) };
    });
}

function importsOf(path: string, text: string): string[] {
  const statements = text.matchAll(/^(?:import|export)\b[^;'"]*?\bfrom\s+'([^']+)'|^import\s+'([^']+)'|\bimport\(\s*'([^']+)'/gm);
  return [...statements].flatMap(([, from, bare, dynamic]) => {
    const specifier = from ?? bare ?? dynamic ?? '';
    if (specifier.startsWith('#')) return [specifier.replace(/^#chassis\//, 'subgraphs/chassis/').replace(/^#schema\//, 'schema/')];
    return specifier.startsWith('.') ? [posix.join(posix.dirname(path), specifier)] : [];
  });
}

const partOf = (path: string): string => /^subgraphs\/([^/]+)\//.exec(path)?.[1] ?? path.split('/')[0] ?? path;
const isForTests = (path: string): boolean => /\.test\.ts$|\/testing\/|\/conformance\/|^tests\//.test(path);
const label = ({ path }: SourceFile, imported: string) => `${path} imports ${imported}`;

function violations(breaks: (file: SourceFile, imported: string) => boolean): string[] {
  return [...sources.values()].flatMap((file) =>
    file.imports.filter((imported) => breaks(file, imported)).map((imported) => label(file, imported)),
  );
}

describe('imports', () => {
  test('are read: each subgraph has an entry that starts by the chassis', () => {
    for (const name of subgraphNames) expect(sources.get(`subgraphs/${name}/index.ts`)?.imports).toContain('subgraphs/chassis/run.ts');
  });

  test('go only where the part may look', () => {
    const allowed = ({ path }: SourceFile, imported: string): boolean => {
      const [from, to] = [partOf(path), partOf(imported)];
      return from === to || Boolean((isForTests(path) ? testing : production)[from]?.includes(to));
    };
    expect(violations((file, imported) => !allowed(file, imported))).toEqual([]);
  });

  const offline = ['bench', 'seed'];

  test('of what runs in production reach no test code', () => {
    expect(violations(({ path }, imported) => !isForTests(path) && !offline.includes(partOf(path)) && isForTests(imported))).toEqual([]);
  });

  test('of generated code stay within the subgraph', () => {
    const generated = (imported: string) => /^subgraphs\/(\w+)\/generated\//.exec(imported)?.[1];
    const breaks = ({ path }: SourceFile, imported: string): boolean => {
      const owner = generated(imported);
      return owner !== undefined && owner !== partOf(path) && !isForTests(path) && !offline.includes(partOf(path));
    };
    expect(violations(breaks)).toEqual([]);
  });
});

describe('the database', () => {
  const modelCall = /\b(?:tx|db|client|prisma)\.\w+\.(?:find\w+|create\w*|update\w*|upsert|delete\w*|count|aggregate|groupBy)\(/;
  const sqlCall = /\.\$?(?:query|execute)Raw\w*\b|\bpool\.query\(/;

  const touchesDatabase = (text: string): boolean => modelCall.test(text) || sqlCall.test(text);

  test.each([
    ['a model', 'const row = await tx.visit.findUnique({ where: { id } });'],
    ['a model of the client', 'await context.database.client.patient.create({ data });'],
    ['SQL', 'await tx.$queryRaw`select 1`;'],
    ['SQL on the pool', `await database.pool.query('select 1');`],
  ])('is seen where %s is used', (_, text) => expect(touchesDatabase(text)).toBe(true));

  /** Files that are stores by another name. */
  const storesByAnotherName: Readonly<Record<string, string>> = {
    'subgraphs/prescription/catalogue/catalogue-sync.ts':
      'brings the catalogue that ships with the code into the database, and does nothing else',
    'subgraphs/billing/test-payment-provider.ts': 'plays a company outside, which keeps its own books in its own table',
  };
  const services: readonly string[] = [...subgraphNames, 'router'];
  const touching = [...sources.values()]
    .filter(
      ({ path, text }) =>
        services.includes(partOf(path)) && !isForTests(path) && !/-store\.ts$|\/seed\.ts$/.test(path) && touchesDatabase(text),
    )
    .map(({ path }) => path);

  test('is touched by stores and seeds only', () => {
    expect(touching.filter((path) => !(path in storesByAnotherName))).toEqual([]);
  });

  test('has no exception that is not needed', () => {
    expect(Object.keys(storesByAnotherName).filter((path) => !touching.includes(path))).toEqual([]);
  });
});
