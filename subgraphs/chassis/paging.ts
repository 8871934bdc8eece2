import { empty, join, raw, type Sql, sqltag as sql } from '@prisma/client/runtime/client';
import type { SqlExecutor } from './database.ts';
import { badInput } from './errors.ts';

export const defaultPageSize = 20;
export const maxPageSize = 100;

/** Which part of a list: at most `limit` items after the one whose sort values are `after`. */
export interface Page {
  readonly limit: number;
  readonly after: readonly string[] | null;
}

/** @throws BAD_USER_INPUT naming the argument */
export function readPage(args: { first?: number | null | undefined; after?: string | null | undefined }, path = ''): Page {
  const prefix = path ? `${path}.` : '';
  const limit = args.first ?? defaultPageSize;
  if (limit < 0 || limit > maxPageSize) throw badInput(`${prefix}first`, `must be from 0 to ${maxPageSize}, not ${limit}.`);
  return { limit, after: args.after ? readCursor(args.after, `${prefix}after`) : null };
}

const cursor = (values: readonly string[]): string => Buffer.from(JSON.stringify(values)).toString('base64url');

function readCursor(text: string, argument: string): string[] {
  try {
    const values: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (Array.isArray(values) && values.every((value) => typeof value === 'string')) return values;
  } catch {
    // not JSON: the same complaint as for JSON of another shape
  }
  throw badInput(argument, 'is not a cursor of this list. Pass endCursor of the page before.');
}

export interface OrderColumn {
  /** Column of the table, a trusted constant. */
  column: string;
  type: 'timestamptz' | 'text' | 'date' | 'integer';
}

/** A list in SQL. Names of tables and columns are trusted constants, never input. */
export interface PageSpec {
  table: string;
  /** For lists below parents: the column that holds the parent's id. */
  parent?: string;
  /** Sort columns, all not null; the last one is the id column, so that the order is total. */
  order: readonly [...OrderColumn[], OrderColumn];
  direction: 'asc' | 'desc';
  /** Further condition; columns of the table have the alias `t`. */
  where?: Sql;
}

/** The ids of one page, in order, each with its cursor. */
export interface IdPage {
  ids: string[];
  cursors: string[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
}

export interface Connection<Node> {
  edges: { cursor: string; node: Node }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

/** One page of a whole list. One statement. */
export async function pageIds(db: SqlExecutor, spec: PageSpec, page: Page): Promise<IdPage> {
  const rows = await db.$queryRaw<{ keys: string[] }[]>(pageStatement(spec, page, empty));
  return toIdPage(rows, page);
}

/** One page below each parent. One statement, whatever the number of parents. */
export async function pageIdsByParent(
  db: SqlExecutor,
  spec: PageSpec & { parent: string },
  parents: readonly string[],
  page: Page,
): Promise<Map<string, IdPage>> {
  const below = sql`${raw(`t.${spec.parent}`)} = parent.id`;
  const rows = await db.$queryRaw<{ parent_id: string; keys: string[] }[]>(
    sql`select parent.id as parent_id, page.keys from unnest(${[...parents]}::text[]) as parent (id) cross join lateral (${pageStatement(spec, page, below)}) as page`,
  );
  const byParent = new Map<string, { keys: string[] }[]>(parents.map((parent) => [parent, []]));
  for (const row of rows) byParent.get(row.parent_id)?.push(row);
  return new Map([...byParent].map(([parent, found]) => [parent, toIdPage(found, page)]));
}

function pageStatement(spec: PageSpec, page: Page, below: Sql): Sql {
  const columns = spec.order.map(({ column }) => `t.${column}`);
  const conditions = [below, spec.where ?? empty, page.after ? afterCondition(spec, page.after) : empty].filter((part) => part !== empty);
  const keys = spec.order.map(({ column, type }) => textOf(`t.${column}`, type)).join(', ');
  return sql`select array[${raw(keys)}] as keys from ${raw(spec.table)} as t ${
    conditions.length > 0
      ? sql`where ${join(
          conditions.map((part) => sql`(${part})`),
          ' and ',
        )}`
      : empty
  } order by ${raw(columns.map((column) => `${column} ${spec.direction}`).join(', '))} limit ${page.limit + 1}`;
}

function afterCondition(spec: PageSpec, after: readonly string[]): Sql {
  if (after.length !== spec.order.length || after.some((value, index) => !fits(value, spec.order[index]?.type))) {
    throw badInput('after', 'is not a cursor of this list. Pass endCursor of the page before.');
  }
  const columns = raw(spec.order.map(({ column }) => `t.${column}`).join(', '));
  const values = spec.order.map(({ type }, index) => sql`${after[index]}::${raw(type)}`);
  return sql`(${columns}) ${raw(spec.direction === 'asc' ? '>' : '<')} (${join(values)})`;
}

/** A forged cursor must not reach a cast in the database. */
function fits(value: string, type: OrderColumn['type'] | undefined): boolean {
  if (type === 'integer') return /^-?\d{1,9}$/.test(value);
  if (type === 'text') return !value.includes('\0');
  return !Number.isNaN(Date.parse(value)) && /^\d{4}-\d{2}-\d{2}/.test(value);
}

/** Timestamps in UTC with milliseconds, whatever the session's zone: the cursor must give back the exact value. */
function textOf(column: string, type: OrderColumn['type']): string {
  if (type === 'timestamptz') return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  return `${column}::text`;
}

function toIdPage(rows: readonly { keys: string[] }[], page: Page): IdPage {
  const kept = rows.slice(0, page.limit);
  return {
    ids: kept.map(({ keys }) => keys.at(-1) as string),
    cursors: kept.map(({ keys }) => cursor(keys)),
    hasNextPage: rows.length > page.limit,
    hasPreviousPage: page.after !== null,
  };
}

export const emptyIdPage: IdPage = { ids: [], cursors: [], hasNextPage: false, hasPreviousPage: false };

/** Joins a page of ids with what was loaded for them. What has vanished in between is left out. */
export function toConnection<Node>(page: IdPage, nodes: readonly (Node | null)[]): Connection<Node> {
  const edges = page.cursors.flatMap((at, index) => {
    const node = nodes[index];
    return node === null || node === undefined ? [] : [{ cursor: at, node }];
  });
  return {
    edges,
    pageInfo: {
      hasNextPage: page.hasNextPage,
      hasPreviousPage: page.hasPreviousPage,
      startCursor: page.cursors[0] ?? null,
      endCursor: page.cursors.at(-1) ?? null,
    },
  };
}
