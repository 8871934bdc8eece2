import type { GraphQLError } from 'graphql';
import type { ErrorPath } from '../client-errors.ts';
import { unauthorized, unusableValue } from '../client-errors.ts';
import type { Shape, ShapeValue } from '../plan/shape.ts';
import { createErrorPaths } from './error-paths.ts';
import type { Json } from './json-object.ts';
import { JsonWriter } from './json-writer.ts';

/** What is known beside the data. */
export interface Circumstances {
  readonly known: readonly GraphQLError[];
  /**
   * Objects that another service says are not there, or not the caller's. A field of theirs that cannot be null makes the object
   * null, and where the schema allows that it is no broken promise: "not there" is an answer.
   */
  readonly absent: ReadonlySet<object>;
  /** Objects that stand at more than one place: their text is written once. */
  readonly shared: ReadonlySet<object>;
  readonly introspection: Readonly<Json>;
}

export interface WrittenAnswer {
  /** JSON; null when nothing of it may stand. */
  readonly text: string | null;
  readonly errors: readonly GraphQLError[];
  /** Objects in it of which more comes later. */
  readonly later: readonly LaterPlace[];
}

export interface LaterPlace {
  readonly label: string;
  readonly shape: Shape;
  readonly object: Json;
  readonly path: ErrorPath;
}

/**
 * Turns what was fetched into the text of what the client asked for: its keys in its order, values checked against their types,
 * nulls carried up to where the schema allows them (GraphQL October 2021, 6.4.4). Each null that breaks a promise, or value of a wrong
 * type, is an error unless one explains it already.
 * @param at where in the client's answer the data stand
 */
export function writeAnswer(
  data: Json,
  rootShape: Shape,
  { known, absent, shared, introspection }: Circumstances,
  at: ErrorPath = [],
): WrittenAnswer {
  const to = new JsonWriter();
  const added: GraphQLError[] = [];
  const explained = createErrorPaths(known.flatMap(({ path }) => (path ? [path] : [])));
  /** Where the text of a shared object begins and ends. */
  const written = new Map<Shape, Map<object, readonly [number, number]>>();
  /** The way to the value that is written; beyond `depth` it holds leftovers. */
  const path: (string | number)[] = [...at];
  const later: LaterPlace[] = [];
  /** How often something was done that depends on the place, so that the text cannot serve another one. */
  let placed = 0;

  const complain = (depth: number): void => {
    placed++;
    const here = path.slice(0, depth);
    if (explained.covers(here)) return;
    explained.add(here);
    added.push(unusableValue(here));
  };

  /** What the caller has no right to has an error of its own, whatever else went wrong around it. */
  const refuse = (depth: number): void => {
    placed++;
    const here = path.slice(0, depth);
    explained.add(here);
    added.push(unauthorized(here));
  };

  /** @returns false, with nothing written, when a null breaks the promise of the type: the nearest nullable field above becomes null */
  function writeValue(type: ShapeValue, value: unknown, depth: number): boolean {
    if (value !== null && value !== undefined) {
      const [textBefore, laterBefore] = [to.length, later.length];
      if (writePresent(type, value, depth)) return true;
      if (to.length !== textBefore) {
        to.length = textBefore;
        written.clear(); // some of it is overwritten now
      }
      later.length = laterBefore;
    }
    if (type.nonNull) {
      complain(depth);
      return false;
    }
    to.plain('null');
    return true;
  }

  function writePresent(type: ShapeValue, value: unknown, depth: number): boolean {
    if (type.kind === 'object') return writeObject(type.shape, value, depth);
    if (type.kind === 'list') return writeList(type.item, value, depth);
    return type.write(to, value) || wrong(depth);
  }

  function writeList(type: ShapeValue, value: unknown, depth: number): boolean {
    if (!Array.isArray(value)) return wrong(depth);
    to.plain('[');
    for (let index = 0; index < value.length; index++) {
      path[depth] = index;
      if (index > 0) to.plain(',');
      if (!writeValue(type, value[index], depth + 1)) return false;
    }
    to.plain(']');
    return true;
  }

  function writeObject(shape: Shape, value: unknown, depth: number): boolean {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong(depth);
    const source = value as Json;
    if (!shared.has(source)) return writeFields(shape, source, depth);
    const place = written.get(shape)?.get(source);
    if (place) {
      to.again(place[0], place[1]);
      return true;
    }
    const [start, placedBefore] = [to.length, placed];
    if (!writeFields(shape, source, depth)) return false;
    // What is wrong with it must be said at each place anew.
    if (placed === placedBefore) {
      const ofShape = written.get(shape) ?? new Map<object, readonly [number, number]>();
      written.set(shape, ofShape.set(source, [start, to.length]));
    }
    return true;
  }

  function writeFields(shape: Shape, source: Json, depth: number): boolean {
    const typeName = typeNameOf(shape, source);
    const fields = typeof typeName === 'string' ? shape.fieldsOf(typeName) : null;
    if (!fields) return wrong(depth);
    if (shape.refusedTypes?.has(typeName as string)) {
      refuse(depth);
      return false;
    }
    to.plain('{');
    for (let index = 0; index < fields.length; index++) {
      const field = fields[index];
      if (!field) continue;
      const { internalKey, meta, value } = field;
      const prefix = index === 0 ? field.prefix : field.nextPrefix;
      const found = field.isInherited && !Object.hasOwn(source, internalKey) ? undefined : source[internalKey];
      if (field.isString && typeof found === 'string') {
        to.plainAndString(prefix, found);
        continue;
      }
      to.plain(prefix);
      if (meta) {
        if (meta === 'typename') to.string(typeName as string);
        else if (meta === 'unauthorized') {
          path[depth] = field.responseKey;
          refuse(depth + 1);
          if (value.nonNull) return false;
          to.plain('null');
        } else to.json(JSON.stringify(introspection[internalKey] ?? null));
        continue;
      }
      if (found === undefined && value.nonNull && absent.has(source)) return false;
      path[depth] = field.responseKey;
      if (!writeValue(value, found, depth + 1)) return false;
    }
    to.plain('}');
    for (const { label, shape: inner } of shape.laterOf(typeName as string)) {
      placed++;
      later.push({ label, shape: inner, object: source, path: path.slice(0, depth) });
    }
    return true;
  }

  function wrong(depth: number): false {
    complain(depth);
    return false;
  }

  const text = writeObject(rootShape, data, at.length) ? to.toString() : null;
  return { text, errors: added, later: text === null ? [] : later };
}

/** For an interface the planner leaves `__typename` out where nothing that was asked depends on it: any possible type has the same fields then. */
function typeNameOf({ kind, typeName, possibleTypes }: Shape, source: Json): unknown {
  if (kind === 'object') return typeName;
  return source['__typename'] ?? (kind === 'interface' ? possibleTypes[0] : undefined);
}
