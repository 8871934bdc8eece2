import type { GraphQLObjectType, GraphQLSchema } from 'graphql';
import { ask, forms, isThing, kindOf, objectTypes, write, type Asked, type Form } from './asked.ts';
import type { KnownData } from './known-data.ts';
import type { AccessTable } from './table.ts';

/** A way to see fields of one type: from a root field, over other things, all fields of one row of the table. */
interface Look {
  readonly root: Asked;
  /** The thing that the root field is asked for by its id. */
  readonly thing: { readonly variable: string; readonly id: string } | null;
}

/** Looks that one document takes at once. */
export interface Batch {
  readonly looks: readonly Look[];
  readonly form: Form;
  readonly nested: boolean;
  readonly document: string;
  readonly variables: Readonly<Record<string, string>>;
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

interface Looks {
  /** The fields of what root fields answer, of the ordinary things: by root field, then by row. */
  readonly ordinary: readonly (readonly Look[])[];
  /** The same of things that are special in some way. */
  readonly special: readonly Look[];
  /** Fields of what is next to the ordinary things. What is next to nothing with a root field is reached over one thing more. */
  readonly nested: readonly Look[];
}

/** Everything that the root fields of a schema lead to. */
function looksAt(schema: GraphQLSchema, table: AccessTable, { things, rootArguments }: KnownData): Looks {
  const query = schema.getQueryType() as GraphQLObjectType;
  const ordinary: Look[][] = [];
  const special: Look[] = [];
  const nested: Look[] = [];
  const reached = new Set<string>();
  const beyond: { next: GraphQLObjectType; lookOver: (children: readonly Asked[]) => void }[] = [];
  for (const [name, field] of Object.entries(query.getFields())) {
    if (name.startsWith('_')) continue;
    const { type } = kindOf(field);
    if (!type) continue;
    const byId = field.args.some((argument) => argument.name === 'id');
    const given = rootArguments[name] ?? '';
    const isRequired = field.args.some((argument) => argument.type.toString().endsWith('!') && argument.defaultValue === undefined);
    if (isRequired && !byId && !given) throw new Error(`tests/access must know arguments for Query.${name}`);
    const lookAt = (children: readonly Asked[], id: string | null, key: string): Look => {
      const variable = `${type.name}_${Math.max(0, Object.values(things[type.name] ?? {}).indexOf(id ?? ''))}`;
      const thing = byId ? { variable, id: id ?? '' } : null;
      return { root: ask(query, name, { arguments: thing ? `(id: $${variable})` : given, children, key }), thing };
    };
    const [first = '', ...others] = byId ? Object.values(things[type.name] ?? {}) : [];
    ordinary.push(groupsOf(table, type).map((group) => lookAt(group, first, name)));
    for (const id of others) for (const group of groupsOf(table, type)) special.push(lookAt(group, id, `s${special.length}`));
    reached.add(type.name);
    if (!byId) continue;
    for (const [over, inner] of Object.entries(type.getFields())) {
      const next = kindOf(inner).type;
      if (!next || !isThing(next)) continue;
      const lookOver = (children: readonly Asked[]) => nested.push(lookAt([ask(type, over, { children })], first, `n${nested.length}`));
      for (const group of groupsOf(table, next)) lookOver(group);
      reached.add(next.name);
      beyond.push({ next, lookOver });
    }
  }
  for (const { next, lookOver } of beyond)
    for (const [last, inner] of Object.entries(next.getFields())) {
      const far = kindOf(inner).type;
      if (!far || !isThing(far) || reached.has(far.name)) continue;
      for (const group of groupsOf(table, far)) lookOver([ask(next, last, { children: group })]);
    }
  return { ordinary, special, nested };
}

const size = ({ children }: Asked): number => children.reduce((sum, child) => sum + size(child), 3);

function batch(looks: readonly Look[], form: Form, nested: boolean): Batch {
  const variables = Object.fromEntries(looks.flatMap(({ thing }) => (thing ? [[thing.variable, thing.id]] : [])));
  const names = Object.keys(variables).map((name) => `$${name}: ID!`);
  const text = write(
    looks.map(({ root }) => root),
    form,
  );
  return { looks, form, nested, document: `${names.length > 0 ? `query (${names.join(' ')}) ` : ''}${text}`, variables };
}

function inDocuments(looks: readonly Look[], most: number): Look[][] {
  const documents: Look[][] = [[]];
  let filled = 0;
  for (const look of looks) {
    if (filled > 0 && filled + size(look.root) > most) {
      documents.push([]);
      filled = 0;
    }
    filled += size(look.root);
    documents.at(-1)?.push(look);
  }
  return documents;
}

/** The same looks, each under a name of its own, so that one document can hold them all. */
const named = (looks: readonly Look[]): Look[] => looks.map((look, n) => ({ ...look, root: { ...look.root, key: `o${n}` } }));

/**
 * Documents that ask for everything through a router, as plainly as can be and in other forms.
 * @param most selections of a document
 */
export function batchesForRouter(schema: GraphQLSchema, table: AccessTable, known: KnownData, most: number): Batch[] {
  const { ordinary, special, nested } = looksAt(schema, table, known);
  const rounds = Array.from({ length: Math.max(...ordinary.map(({ length }) => length)) }, (_, n) =>
    ordinary.flatMap((looks) => looks[n] ?? []),
  );
  const inForm = (looks: readonly Look[], form: Form, isNested = false) =>
    inDocuments(looks, most).map((some) => batch(some, form, isNested));
  return [
    ...rounds.flatMap((looks) => inForm(looks, 'plain')),
    ...inForm(special, 'plain'),
    ...forms.filter((form) => form !== 'plain').flatMap((form) => inForm(named(ordinary.flat()), form)),
    ...inForm(nested, 'plain', true),
  ];
}

/** What the root fields of a subgraph show. What is next to that is an entity too, and asked for as one. */
export function batchForSubgraph(schema: GraphQLSchema, table: AccessTable, known: KnownData): Batch {
  const { ordinary, special } = looksAt(schema, table, known);
  return batch([...named(ordinary.flat()), ...special], 'plain', false);
}

/** Things of one type, asked for as entities: the fields of one row. */
interface EntityLook {
  readonly key: string;
  readonly type: string;
  readonly asked: readonly Asked[];
  readonly ids: readonly string[];
}

export interface EntityBatch {
  readonly looks: readonly EntityLook[];
  readonly document: string;
  readonly variables: Readonly<Record<string, readonly object[]>>;
}

/**
 * What a subgraph answers to `_entities`; `id` is only an echo where another subgraph owns the type.
 * @param only of this type; by default of all
 */
export function entitiesOf(schema: GraphQLSchema, table: AccessTable, { things }: KnownData, only?: string): EntityBatch {
  const entities = new Set((schema.getType('_Entity') as { getTypes?: () => readonly GraphQLObjectType[] } | undefined)?.getTypes?.());
  const looks = objectTypes(schema)
    .filter((type) => entities.has(type) && (only === undefined || type.name === only))
    .flatMap((type) => {
      const ids = Object.values(things[type.name] ?? {});
      const groups = ids.length > 0 ? groupsOf(table, type).filter((asked) => asked.length > 0) : [];
      return groups.map((asked, n): EntityLook => ({ key: `${type.name}_${n}`, type: type.name, asked, ids }));
    });
  const types = [...new Map(looks.map(({ type, ids }) => [type, ids]))];
  const one = ({ key, type, asked }: EntityLook): string =>
    `${key}: _entities(representations: $${type}) { ... on ${type} ${selectionOf(asked)} }`;
  return {
    looks,
    document: `query (${types.map(([type]) => `$${type}: [_Any!]!`).join(' ')}) { ${looks.map(one).join(' ')} }`,
    variables: Object.fromEntries(types.map(([type, ids]) => [type, ids.map((id) => ({ __typename: type, id }))])),
  };
}

/** `{ __typename id … }` of a thing. */
function selectionOf(asked: readonly Asked[]): string {
  const around: Asked = { key: 'it', parent: '', field: 'it', type: '', kind: 'thing', arguments: '', isList: false, children: asked };
  return write([around], 'plain')
    .replace(/^\{ it /, '')
    .replace(/ \}$/, '');
}
