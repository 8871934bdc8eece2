import type { SqlClient } from '../database.ts';
import { patientField, type ProtectedTable, type Row } from './protected-tables.ts';
import type { RowProtection } from './row-protection.ts';

interface ModelCall {
  readonly model: string;
  readonly operation: string;
  readonly args: Readonly<Record<string, unknown>>;
  query(args: Readonly<Record<string, unknown>>): Promise<unknown>;
}

/** What this file uses of a generated Prisma client. */
interface Extensible {
  $extends(extension: { name: string; query: Record<string, { $allOperations(call: ModelCall): Promise<unknown> }> }): unknown;
}

/**
 * The client with protected columns sealed on their way into the database and opened on their way out, in transactions too.
 * SQL by hand sees and writes cipher text. A write that does not say whose row it is, and a condition on a protected
 * column, are defects: they throw.
 */
export function protectClient<Client extends SqlClient>(client: Client, tables: readonly ProtectedTable[], rows: RowProtection): Client {
  if (tables.length === 0) return client;
  const query = Object.fromEntries(
    tables.map((table) => [
      table.model,
      {
        async $allOperations(call: ModelCall) {
          refuseConditions(table, call);
          return opened(table, rows, await call.query(await sealedArguments(table, rows, call)));
        },
      },
    ]),
  );
  return (client as unknown as Extensible).$extends({ name: 'protected columns', query }) as Client;
}

async function sealedArguments(table: ProtectedTable, rows: RowProtection, call: ModelCall): Promise<ModelCall['args']> {
  const { args, operation } = call;
  const { data } = args;
  if (data === undefined) {
    if (operation === 'upsert') throw new Error(`${table.model}.upsert is not protected: look, then create or update`);
    return args;
  }
  if (operation.startsWith('create')) {
    const created = Array.isArray(data) ? (data as Row[]) : [data as Row];
    const sealed = await rows.sealRows(table, created);
    return { ...args, data: Array.isArray(data) ? sealed : sealed[0] };
  }
  // The condition names the row: together with it the change says everything that the cipher text is bound to.
  const change = data as Row;
  const written = Object.keys(table.fields).filter((field) => change[field] !== undefined && change[field] !== null);
  if (written.length === 0) return args;
  if (written.some((field) => typeof change[field] !== 'string'))
    throw new Error(`${table.model}: protected fields are set to text, nothing else`);
  const [sealed] = await rows.sealRows(table, [{ ...named(table, args['where']), ...change }]);
  const own = new Set([...Object.keys(change), ...Object.values(table.fields).flatMap(({ index }) => index ?? [])]);
  return { ...args, data: Object.fromEntries(Object.entries(sealed ?? {}).filter(([field]) => own.has(field))) };
}

/** The fields of a condition that name the row. */
function named({ boundTo }: ProtectedTable, where: unknown): Row {
  const names = [...boundTo, patientField];
  return Object.fromEntries(Object.entries((where ?? {}) as Row).filter(([field]) => names.includes(field)));
}

/** A cipher text is another one each time: no condition on it would ever hold. */
function refuseConditions({ model, fields }: ProtectedTable, { args }: ModelCall): void {
  const search = (condition: unknown): void => {
    if (typeof condition !== 'object' || condition === null) return;
    for (const [field, inner] of Object.entries(condition)) {
      if (field in fields && inner !== null) throw new Error(`${model} cannot be searched by ${field}: use its blind index`);
      search(inner);
    }
  };
  search(args?.['where']);
}

async function opened(table: ProtectedTable, rows: RowProtection, result: unknown): Promise<unknown> {
  if (Array.isArray(result)) return rows.openRows(table, result as Row[]);
  if (typeof result !== 'object' || result === null) return result;
  const [row] = await rows.openRows(table, [result as Row]);
  return row;
}
