import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as resolvers from '@graphql-codegen/typescript-resolvers';
import { GraphQLError, parse, Source } from 'graphql';
import { subgraphNames, type SubgraphName } from '#schema/events.ts';
import { ConfigError } from '#chassis/config.ts';
import { subgraphSdl } from '#chassis/subgraph-sdl.ts';
import { runCommand } from '../local/command.ts';

// `npm run generate`: for each subgraph the Prisma client from prisma/<name>/schema.prisma and resolver types from its SDL.
// Runs after `npm ci` by itself. Skips a subgraph whose inputs have not changed since the last time.

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const version = 1;

async function generate(name: SubgraphName): Promise<boolean> {
  const schemaFile = `${root}prisma/${name}/schema.prisma`;
  const folder = `${root}subgraphs/${name}/generated`;
  const mappersFile = `${root}subgraphs/${name}/mappers.ts`;
  const stampFile = `${folder}/.inputs`;
  assertParses('common');
  assertParses(name);
  const sdl = subgraphSdl(name);
  const lockfile = readFileSync(`${root}package-lock.json`);
  const stamp = createHash('sha256')
    .update(JSON.stringify([version, sdl, readFileSync(schemaFile, 'utf8'), existsSync(mappersFile) && readFileSync(mappersFile, 'utf8')]))
    .update(lockfile)
    .digest('hex');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return false;
  mkdirSync(folder, { recursive: true });
  await Promise.all([generateClient(schemaFile), generateResolverTypes(name, sdl, mappersFile, `${folder}/graphql.ts`)]);
  writeFileSync(stampFile, stamp);
  return true;
}

/** `prisma generate` looks for a native engine that it does not use; any file that exists will do. */
async function generateClient(schemaFile: string): Promise<void> {
  const cli = require.resolve('prisma/build/index.js');
  const engineStandIn = process.env.PRISMA_SCHEMA_ENGINE_BINARY ?? process.execPath;
  await promisify(execFile)(process.execPath, [cli, 'generate', '--schema', schemaFile], {
    cwd: dirname(schemaFile),
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: engineStandIn, PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' },
  });
}

/** @throws ConfigError that names file and line */
function assertParses(name: string): void {
  const path = `schema/${name}.graphql`;
  try {
    parse(new Source(readFileSync(`${root}${path}`, 'utf8'), path));
  } catch (error) {
    if (error instanceof GraphQLError) throw new ConfigError(`${path}:${error.locations?.[0]?.line ?? '?'} ${error.message}`);
    throw error;
  }
}

async function generateResolverTypes(name: SubgraphName, sdl: string, mappersFile: string, output: string): Promise<void> {
  const mapperNames = existsSync(mappersFile)
    ? [...readFileSync(mappersFile, 'utf8').matchAll(/export (?:type|interface) (\w+)Mapper\b/g)].map(([, type = '']) => type)
    : [];
  const contextName = `${name[0]?.toUpperCase()}${name.slice(1)}Context`;
  const config = {
    federation: true,
    useTypeImports: true,
    enumsAsTypes: true,
    strictScalars: true,
    scalars: {
      DateTime: 'Date',
      Date: 'Date',
      LocalTime: 'string',
      TimeZone: 'string',
      _FieldSet: 'string',
      federation__FieldSet: 'string',
    },
    contextType: `../context.ts#${contextName}`,
    mappers: Object.fromEntries(mapperNames.map((type): [string, string] => [type, `../mappers.ts#${type}Mapper`])),
    avoidOptionals: { field: true, inputValue: false, object: false, defaultValue: false },
    maybeValue: 'T | null',
    inputMaybeValue: 'T | null | undefined',
    defaultScalarType: 'unknown',
    namingConvention: 'keep',
    emitLegacyCommonJSImports: false,
    importExtension: '.ts',
  };
  const code = await codegen({
    filename: output,
    schema: parse(sdl),
    documents: [],
    config,
    plugins: [{ typescript: {} }, { resolvers: {} }],
    pluginMap: { typescript, resolvers },
  });
  writeFileSync(output, `/* Generated from schema/${name}.graphql by npm run generate. */\n${code}`);
}

await runCommand(async () => {
  const startedAt = performance.now();
  const only = process.argv.slice(2);
  const done = await Promise.all(subgraphNames.filter((name) => only.length === 0 || only.includes(name)).map(generate));
  if (done.some(Boolean)) console.log(`generated clients and types in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
});
