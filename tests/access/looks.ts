import type { GraphQLObjectType, GraphQLSchema } from 'graphql';
import { ask, isThing, kindOf, objectTypes, write, type Asked, type Form } from './asked.ts';
import type { AccessTable } from './table.ts';

/** A way to see fields of one type: from a root field, over other things, all fields of one row of the table. */
interface Look {
  readonly root: Asked;
  /** The type of the thing that the root field is asked for by its id; null for root fields without. */
  readonly of: string | null;
}

/** Looks that one document takes at once. */
export interface Batch {
  readonly looks: readonly Look[];
  readonly form: Form;
  readonly nested: boolean;
  readonly document: string;
}

/** Fields of a type by the row that they are in: what is refused together is asked together. */
function groupsOf(table: AccessTable, type: GraphQLObjectType): Asked[][] {
  const groups = new Map<unknown, Asked[]>();
  for (const name of Object.keys(type.getFields())) {
    if (name === 'id') continue;
    const row = table.rowOf(type.name, name);
    groups.set(row, [...(groups.get(row) ?? []), ask(type, name)]);
  }
  return groups.size > 0 ? [...groups.values()] : [[]];
}

/**
 * Everything that the root fields of a schema lead to: the fields of what they answer, and of the things next to it. A type that is
 * not next to anything with a root field is reached over one thing more.
 * @param rootArguments arguments of root fields that have others than `id`
 */
function looksAt(schema: GraphQLSchema, table: AccessTable, rootArguments: Readonly<Record<string, string>>) {
  const query = schema.getQueryType() as GraphQLObjectType;
  const flat: Look[][] = [];
  const nested: Look[] = [];
  const reached = new Set<string>();
  const beyond: { name: string; given: string; type: GraphQLObjectType; over: string; next: GraphQLObjectType }[] = [];
  for (const [name, field] of Object.entries(query.getFields())) {
    if (name.startsWith('_')) continue;
    const byId = field.args.some((argument) => argument.name === 'id');
    const isRequired = field.args.some((argument) => argument.type.toString().endsWith('!') && argument.defaultValue === undefined);
    const { type } = kindOf(field);
    if (!type) continue;
    const given = byId ? `(id: $${type.name})` : (rootArguments[name] ?? '');
    if (isRequired && !given) throw new Error(`tests/access must know arguments for Query.${name}`);
    const of = byId ? type.name : null;
    const rootOf = (children: readonly Asked[], key = name): Look => ({ root: ask(query, name, { arguments: given, children, key }), of });
    flat.push(groupsOf(table, type).map((group) => rootOf(group)));
    reached.add(type.name);
    if (!byId) continue;
    for (const [over, inner] of Object.entries(type.getFields())) {
      const next = kindOf(inner).type;
      if (!next || !isThing(next)) continue;
      for (const group of groupsOf(table, next)) nested.push(rootOf([ask(type, over, { children: group })], `n${nested.length}`));
      reached.add(next.name);
      beyond.push({ name, given, type, over, next });
    }
  }
  for (const { name, given, type, over, next } of beyond)
    for (const [last, inner] of Object.entries(next.getFields())) {
      const far = kindOf(inner).type;
      if (!far || !isThing(far) || reached.has(far.name)) continue;
      for (const group of groupsOf(table, far)) {
        const children = [ask(type, over, { children: [ask(next, last, { children: group })] })];
        nested.push({ root: ask(query, name, { arguments: given, children, key: `n${nested.length}` }), of: type.name });
      }
    }
  return { flat, nested };
}

const size = ({ children }: Asked): number => children.reduce((sum, child) => sum + size(child), 3);

/** Looks as one document. */
export function batch(looks: readonly Look[], form: Form, nested: boolean): Batch {
  const variables = [...new Set(looks.flatMap(({ of }) => (of ? [`$${of}: ID!`] : [])))];
  const head = variables.length > 0 ? `query (${variables.join(' ')}) ` : '';
  return {
    looks,
    form,
    nested,
    document: `${head}${write(
      looks.map(({ root }) => root),
      form,
    )}`,
  };
}

const most = 400;

/** Documents that ask for everything; none is larger than a router takes. */
export function batchesOf(
  schema: GraphQLSchema,
  table: AccessTable,
  rootArguments: Readonly<Record<string, string>>,
  forms: readonly Form[],
): Batch[] {
  const { flat, nested } = looksAt(schema, table, rootArguments);
  const rounds = Math.max(...flat.map(({ length }) => length));
  const byRound = Array.from({ length: rounds }, (_, round) => flat.flatMap((groups) => groups[round] ?? []));
  const chunk = (looks: readonly Look[]): Look[][] => {
    const chunks: Look[][] = [[]];
    let filled = 0;
    for (const look of looks) {
      if (filled + size(look.root) > most) filled = chunks.push([]) * 0;
      filled += size(look.root);
      chunks.at(-1)?.push(look);
    }
    return chunks.filter(({ length }) => length > 0);
  };
  return [
    ...forms.flatMap((form) => byRound.flatMap(chunk).map((looks) => batch(looks, form, false))),
    ...chunk(nested).map((looks) => batch(looks, 'plain', true)),
  ];
}

/** What a subgraph answers to `_entities`, by type and row; `id` is only an echo where another subgraph owns the type. */
export function entityLooks(schema: GraphQLSchema, table: AccessTable): { type: string; asked: readonly Asked[] }[] {
  const entities = new Set((schema.getType('_Entity') as { getTypes?: () => readonly GraphQLObjectType[] } | undefined)?.getTypes?.());
  return objectTypes(schema)
    .filter((type) => entities.has(type))
    .flatMap((type) => groupsOf(table, type).map((asked) => ({ type: type.name, asked })));
}
