import type { GraphQLError } from 'graphql';
import type { ErrorPath } from '../client-errors.ts';
import { unusableValue } from '../client-errors.ts';
import type { Shape, ShapeValue } from '../plan/shape.ts';
import { createErrorPaths } from './error-paths.ts';
import type { Json } from './json-object.ts';
import { quote } from './json-text.ts';

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
  const added: GraphQLError[] = [];
  const explained = createErrorPaths(known.flatMap(({ path }) => (path ? [path] : [])));
  const texts = new Map<object, Map<Shape, string>>();
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

  /** @returns null, not `'null'`, when a null breaks the promise of the type: the nearest nullable field above becomes null */
  function writeValue(type: ShapeValue, value: unknown, depth: number): string | null {
    if (value !== null && value !== undefined) {
      const laterBefore = later.length;
      const text = writePresent(type, value, depth);
      if (text !== null) return text;
      later.length = laterBefore;
    }
    if (!type.nonNull) return 'null';
    complain(depth);
    return null;
  }

  function writePresent(type: ShapeValue, value: unknown, depth: number): string | null {
    if (type.kind === 'object') return writeObject(type.shape, value, depth);
    if (type.kind === 'list') return writeList(type.item, value, depth);
    const text = type.write(value);
    if (text === null) complain(depth);
    return text;
  }

  function writeList(type: ShapeValue, value: unknown, depth: number): string | null {
    if (!Array.isArray(value)) return wrong(depth);
    let text = '[';
    for (let index = 0; index < value.length; index++) {
      path[depth] = index;
      const item = writeValue(type, value[index], depth + 1);
      if (item === null) return null;
      text += index === 0 ? item : `,${item}`;
    }
    return `${text}]`;
  }

  function writeObject(shape: Shape, value: unknown, depth: number): string | null {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong(depth);
    const source = value as Json;
    if (!shared.has(source)) return writeFields(shape, source, depth);
    const written = texts.get(source)?.get(shape);
    if (written !== undefined) return written;
    const before = placed;
    const text = writeFields(shape, source, depth);
    // What is wrong with it must be said at each place anew.
    if (text !== null && placed === before) {
      const byShape = texts.get(source) ?? new Map<Shape, string>();
      texts.set(source, byShape.set(shape, text));
    }
    return text;
  }

  function writeFields(shape: Shape, source: Json, depth: number): string | null {
    const typeName = typeNameOf(shape, source);
    const fields = typeof typeName === 'string' ? shape.fieldsOf(typeName) : null;
    if (!fields) return wrong(depth);
    let text = '';
    for (const field of fields) {
      const { internalKey, meta, value } = field;
      let written: string | null;
      if (meta) written = meta === 'typename' ? quote(typeName as string) : JSON.stringify(introspection[internalKey] ?? null);
      else {
        const found = Object.hasOwn(source, internalKey) ? source[internalKey] : undefined;
        if (found === undefined && value.nonNull && absent.has(source)) return null;
        path[depth] = field.responseKey;
        written = writeValue(value, found, depth + 1);
        if (written === null) return null;
      }
      text += `${text === '' ? '{' : ','}${field.prefix}${written}`;
    }
    for (const { label, shape: inner } of shape.laterOf(typeName as string)) {
      placed++;
      later.push({ label, shape: inner, object: source, path: path.slice(0, depth) });
    }
    return text === '' ? '{}' : `${text}}`;
  }

  function wrong(depth: number): null {
    complain(depth);
    return null;
  }

  const text = writeObject(rootShape, data, at.length);
  return { text, errors: added, later: text === null ? [] : later };
}

/** For an interface the planner leaves `__typename` out where nothing that was asked depends on it: any possible type has the same fields then. */
function typeNameOf({ kind, typeName, possibleTypes }: Shape, source: Json): unknown {
  if (kind === 'object') return typeName;
  return source['__typename'] ?? (kind === 'interface' ? possibleTypes[0] : undefined);
}
