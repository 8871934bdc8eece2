import { isLeafType, isListType, isNonNullType } from 'graphql';
import type { GraphQLError, GraphQLLeafType, GraphQLOutputType } from 'graphql';
import type { ErrorPath } from '../client-errors.ts';
import { unusableValue } from '../client-errors.ts';
import type { Json } from './json-object.ts';
import type { Shape, ShapeField } from '../plan/shape.ts';

interface Place {
  readonly above: Place | null;
  readonly key: string | number;
}

function pathOf(place: Place | null): (string | number)[] {
  const path: (string | number)[] = [];
  for (let at = place; at; at = at.above) path.push(at.key);
  return path.reverse();
}

/** What is known beside the data. */
export interface Circumstances {
  readonly known: readonly GraphQLError[];
  /**
   * Objects that another service says are not there, or not the caller's. A field of theirs that cannot be null makes the object
   * null, and where the schema allows that it is no broken promise: "not there" is an answer.
   */
  readonly absent: ReadonlySet<object>;
  readonly introspection: Readonly<Json>;
}

/** Marks a null where the schema promises a value: the nearest nullable field above becomes null (GraphQL October 2021, 6.4.4). */
const broken = Symbol('a null broke a promise');

/**
 * Turns what was fetched into what the client asked for: its keys in its order, values checked against their types, nulls carried up
 * to where the schema allows them. Each null that breaks a promise, or value of a wrong type, is an error unless one explains it already.
 */
export function shapeAnswer(
  data: Json,
  shape: Shape,
  { known, absent, introspection }: Circumstances,
): { data: Json | null; errors: GraphQLError[] } {
  const added: GraphQLError[] = [];

  const explained = (path: ErrorPath): boolean =>
    [...known, ...added].some((error) => error.path !== undefined && related(error.path, path));
  const complain = (place: Place | null): void => {
    const path = pathOf(place);
    if (!explained(path)) added.push(unusableValue(path));
  };

  function complete(type: GraphQLOutputType, field: ShapeField, value: unknown, place: Place): unknown {
    if (isNonNullType(type)) {
      const inner = complete(type.ofType, field, value, place);
      if (inner !== null) return inner;
      complain(place);
      return broken;
    }
    if (value === null || value === undefined) return null;
    if (isListType(type)) {
      if (!Array.isArray(value)) return wrong(place);
      const items: unknown[] = [];
      for (let index = 0; index < value.length; index++) {
        const item = complete(type.ofType, field, value[index], { above: place, key: index });
        if (item === broken) return null;
        items.push(item);
      }
      return items;
    }
    if (isLeafType(type)) return leaf(type, value, place);
    return field.shape ? object(field.shape, value, place) : wrong(place);
  }

  function leaf(type: GraphQLLeafType, value: unknown, place: Place): unknown {
    if (typeof value === 'string' && (type.name === 'String' || type.name === 'ID')) return value;
    try {
      if (strict.has(type.name) && typeof value !== strict.get(type.name)) return wrong(place);
      return type.serialize(value) ?? wrong(place);
    } catch {
      return wrong(place); // the value does not fit the type: that is the error the client gets
    }
  }

  function object(inner: Shape, value: unknown, place: Place | null): Json | null {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong(place);
    const source = value as Json;
    const typeName = typeNameOf(inner, source);
    const fields = typeof typeName === 'string' ? inner.fieldsOf(typeName) : null;
    if (!fields) return wrong(place);
    // Without a prototype: any alias is a key like another, `__proto__` too.
    const target = Object.create(null) as Json;
    for (const field of fields) {
      const { responseKey, internalKey, meta } = field;
      if (meta) {
        target[responseKey] = meta === 'typename' ? typeName : (introspection[internalKey] ?? null);
        continue;
      }
      const found = Object.hasOwn(source, internalKey) ? source[internalKey] : undefined;
      if (found === undefined && isNonNullType(field.type) && absent.has(source)) return null;
      const completed = complete(field.type, field, found, { above: place, key: responseKey });
      if (completed === broken) return null;
      target[responseKey] = completed;
    }
    return target;
  }

  function wrong(place: Place | null): null {
    complain(place);
    return null;
  }

  return { data: object(shape, data, null), errors: added };
}

/** For an interface the planner leaves `__typename` out where nothing that was asked depends on it: any possible type has the same fields then. */
function typeNameOf({ kind, typeName, possibleTypes }: Shape, source: Json): unknown {
  if (kind === 'object') return typeName;
  return source['__typename'] ?? (kind === 'interface' ? possibleTypes[0] : undefined);
}

/** Scalars whose own serialize would convert: what a subgraph answers is taken as it is or not at all. */
const strict = new Map([
  ['Int', 'number'],
  ['Float', 'number'],
  ['Boolean', 'boolean'],
  ['String', 'string'],
]);

/** Is one path the beginning of the other? */
function related(first: ErrorPath, second: ErrorPath): boolean {
  const length = Math.min(first.length, second.length);
  for (let index = 0; index < length; index++) if (first[index] !== second[index]) return false;
  return true;
}

/**
 * Where the client sees what is at a path of the fetched data: keys of the answer instead of internal ones; one path for each
 * alias of the same field. Ends at the last object that the client asked for.
 */
export function clientPaths(path: ErrorPath, shape: Shape, data: unknown): ErrorPath[] {
  const [key, ...rest] = path;
  if (key === undefined) return [[]];
  const typeName = typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as Json)['__typename'] : undefined;
  const types = inferTypes(shape, typeName);
  const fields = new Map<string, ShapeField>();
  for (const type of types)
    for (const field of shape.fieldsOf(type) ?? []) if (field.internalKey === key) fields.set(field.responseKey, field);
  if (fields.size === 0) return [[]];
  const below = typeof data === 'object' && data !== null && Object.hasOwn(data, key) ? (data as Json)[key as string] : undefined;
  return [...fields.values()].flatMap((field) => {
    let [value, remaining]: [unknown, ErrorPath] = [below, rest];
    const prefix: (string | number)[] = [field.responseKey];
    while (typeof remaining[0] === 'number') {
      const index = remaining[0];
      prefix.push(index);
      value = Array.isArray(value) ? value[index] : undefined;
      remaining = remaining.slice(1);
    }
    return field.shape ? clientPaths(remaining, field.shape, value).map((tail) => [...prefix, ...tail]) : [prefix];
  });
}

const inferTypes = (shape: Shape, typeName: unknown): readonly string[] =>
  typeof typeName === 'string' && shape.possibleTypes.includes(typeName) ? [typeName] : shape.possibleTypes;
