import type { ErrorPath } from '../client-errors.ts';
import type { Shape, ShapeField } from '../plan/shape.ts';
import type { Json } from './json-object.ts';

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
  for (const type of types) {
    const shapes = [shape, ...shape.laterOf(type).map((later) => later.shape)];
    for (const field of shapes.flatMap((each) => each.fieldsOf(type) ?? []))
      if (field.internalKey === key && field.meta !== 'unauthorized') fields.set(field.responseKey, field);
  }
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
