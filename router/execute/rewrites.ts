import type { FetchDataRewrite } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { isOfType, type Json } from './json-object.ts';

/** Changes that the planner wants on what is sent or received: a value set, a key renamed. */
export function applyRewrites(schema: GraphQLSchema, rewrites: readonly FetchDataRewrite[], value: unknown): void {
  for (const rewrite of rewrites) {
    const key = rewrite.path.at(-1);
    if (key === undefined) continue;
    atPath(schema, value, rewrite.path.slice(0, -1), (object) => {
      if (rewrite.kind === 'ValueSetter') object[key] = rewrite.setValueTo as unknown;
      else if (Object.hasOwn(object, key) && object[key] !== undefined) {
        object[rewrite.renameKeyTo] = object[key];
        delete object[key];
      }
    });
  }
}

const onType = '... on ';

function atPath(schema: GraphQLSchema, value: unknown, path: readonly string[], change: (object: Json) => void): void {
  if (Array.isArray(value)) return value.forEach((item) => atPath(schema, item, path, change));
  if (typeof value !== 'object' || value === null) return;
  const object = value as Json;
  const [first, ...rest] = path;
  if (first === undefined) return change(object);
  if (!first.startsWith(onType)) return atPath(schema, Object.hasOwn(object, first) ? object[first] : undefined, rest, change);
  if (isOfType(schema, object, first.slice(onType.length), true)) atPath(schema, object, rest, change);
}
