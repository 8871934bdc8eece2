import type { GraphQLError } from 'graphql';
import type { ErrorPath } from '../client-errors.ts';
import { pathTo, type Place } from '../plan/places.ts';
import type { Json } from './json-object.ts';

/** What one request has fetched so far, under internal keys. */
export interface Fetched {
  readonly data: Json;
  /** With paths in the fetched data, by the part of the answer they belong to: 0 the first, n the n-th that comes later. */
  readonly errors: { readonly block: number; readonly error: GraphQLError }[];
  /** Objects of which a service said that they are not there (for this caller): not an error, see write-answer.ts. */
  readonly absent: Set<Json>;
  /** Objects that stand at more than one place. */
  readonly shared: Set<Json>;
  /** Objects that something was asked for: an answer may be on its way to them, so none of them is taken out any more. */
  readonly asked: Set<Json>;
  /** The distinct objects at each place of the plan, as far as they were looked up. */
  readonly objects: (readonly Json[] | undefined)[];
}

export const nothingFetched = (data: Json = {}): Fetched => ({
  data,
  errors: [],
  absent: new Set(),
  shared: new Set(),
  asked: new Set(),
  objects: [],
});

/** The distinct objects at a place. Nulls and missing parts have none. */
export function objectsAt(fetched: Fetched, places: readonly Place[], index: number): readonly Json[] {
  const known = fetched.objects[index];
  if (known) return known;
  const { above, key } = places[index] ?? { above: -1, key: '' };
  const found = new Set<Json>();
  if (above < 0) found.add(fetched.data);
  else for (const object of objectsAt(fetched, places, above)) if (Object.hasOwn(object, key)) addObjects(object[key], found);
  return (fetched.objects[index] = [...found]);
}

/** Lists in lists deeper than this are no answer to any type. */
const deepestList = 20;

function addObjects(value: unknown, found: Set<Json>, depth = 0): void {
  if (Array.isArray(value)) {
    if (depth < deepestList) for (const item of value) addObjects(item, found, depth + 1);
  } else if (typeof value === 'object' && value !== null) found.add(value as Json);
}

/** Puts one object in place of others that hold the same, wherever these stand at the place. */
export function unifyAt(fetched: Fetched, places: readonly Place[], index: number, unified: ReadonlyMap<Json, Json>): void {
  const { above, key } = places[index] ?? { above: -1, key: '' };
  if (above < 0) return;
  for (const object of objectsAt(fetched, places, above)) {
    if (!Object.hasOwn(object, key)) continue;
    const value = object[key];
    if (Array.isArray(value)) unifyItems(value, unified);
    else object[key] = unified.get(value as Json) ?? value;
  }
  fetched.objects[index] = [...new Set(objectsAt(fetched, places, index).map((object) => unified.get(object) ?? object))];
}

function unifyItems(list: unknown[], unified: ReadonlyMap<Json, Json>): void {
  for (let index = 0; index < list.length; index++) {
    const item = list[index];
    if (Array.isArray(item)) unifyItems(item, unified);
    else list[index] = unified.get(item as Json) ?? item;
  }
}

/** Every path at which each object stands, for those at the given places. Needed for errors only. */
export function pathsAt(fetched: Fetched, places: readonly Place[], indexes: readonly number[]): ReadonlyMap<Json, readonly ErrorPath[]> {
  const found = new Map<Json, ErrorPath[]>();
  for (const index of indexes) walk(fetched.data, pathTo(places, index), []);
  return found;

  function walk(value: unknown, keys: readonly string[], at: ErrorPath): void {
    if (Array.isArray(value)) return value.forEach((item, index) => walk(item, keys, [...at, index]));
    if (typeof value !== 'object' || value === null) return;
    const object = value as Json;
    const [key, ...rest] = keys;
    if (key !== undefined) return Object.hasOwn(object, key) ? walk(object[key], rest, [...at, key]) : undefined;
    const paths = found.get(object);
    if (paths) paths.push(at);
    else found.set(object, [at]);
  }
}
