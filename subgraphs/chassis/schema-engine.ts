import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { SchemaEngine as Engine } from '@prisma/schema-engine-wasm';
import type pg from 'pg';

type EngineModule = Pick<typeof import('@prisma/schema-engine-wasm'), 'SchemaEngine'> & { __wbg_set_wasm(exports: object): void };

// Node has it; @types/node 20 does not say so.
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<object>;
  instantiate(module: object, imports: Record<string, object>): Promise<{ exports: Record<string, unknown> }>;
};

/**
 * The adapter's own `executeScript` cuts a script at every semicolon and so through the body of a function; PostgreSQL
 * takes the whole script in one simple query.
 */
class WholeScriptPg extends PrismaPg {
  override async connect() {
    const adapter = await super.connect();
    adapter.executeScript = async (script: string) => {
      await adapter.underlyingDriver().query(script);
    };
    return adapter;
  }
}

let loading: Promise<EngineModule> | undefined;

/** The glue code keeps the instance in a variable of its module: a second instance would pull the memory away under the first. */
function loadEngine(): Promise<EngineModule> {
  loading ??= (async () => {
    const directory = new URL('.', pathToFileURL(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm')));
    const glue = (await import(new URL('schema_engine_bg.js', directory).href)) as EngineModule;
    const binary = await WebAssembly.compile(new Uint8Array(await readFile(new URL('schema_engine_bg.wasm', directory))));
    const instance = await WebAssembly.instantiate(binary, { './schema_engine_bg.js': glue });
    glue.__wbg_set_wasm(instance.exports);
    (instance.exports.__wbindgen_start as () => void)();
    return glue;
  })();
  return loading;
}

/** Prisma's schema engine as WebAssembly: the one behind `prisma migrate`, without a downloaded binary. */
export async function openSchemaEngine(connection: pg.Pool): Promise<Engine> {
  const { SchemaEngine } = await loadEngine();
  return SchemaEngine.new({ datamodels: undefined }, () => undefined, bindMigrationAwareSqlAdapterFactory(new WholeScriptPg(connection)));
}
