import type { ErrorPath } from '../client-errors.ts';
import type { Json } from './json-object.ts';

/** An object in the fetched data, and where it is. */
export interface FoundEntity {
  readonly object: Json;
  readonly path: ErrorPath;
}

/** The objects at a path whose `@` stands for every item of a list. Nulls and missing parts have none. */
export function collectEntities(data: Json, path: readonly string[]): FoundEntity[] {
  const found: FoundEntity[] = [];
  walk(data, 0, []);
  return found;

  function walk(value: unknown, depth: number, at: readonly (string | number)[]): void {
    if (value === null || value === undefined) return;
    const element = path[depth];
    if (Array.isArray(value)) {
      const next = element === '@' ? depth + 1 : depth;
      value.forEach((item, index) => walk(item, next, [...at, index]));
      return;
    }
    if (typeof value !== 'object') return;
    if (element === undefined) found.push({ object: value as Json, path: at });
    else if (Object.hasOwn(value, element)) walk((value as Json)[element], depth + 1, [...at, element]);
  }
}
