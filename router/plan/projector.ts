import type { FetchDataRewrite, QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { applyRewrites } from '../execute/rewrites.ts';
import { isOfType, type Json } from '../execute/json-object.ts';

/** Makes the representation by which a subgraph finds an entity; null when the entity lacks a field of it. */
export type Projector = (entity: Json) => Json | null;

export function compileProjector(
  requires: readonly QueryPlanSelectionNode[],
  inputRewrites: readonly FetchDataRewrite[],
  schema: GraphQLSchema,
): Projector {
  const select = compileSelections(requires, schema);
  return (entity) => {
    const representation: Json = {};
    if (!select(entity, representation) || representation['__typename'] === undefined) return null;
    applyRewrites(schema, inputRewrites, representation);
    return representation;
  };
}

/** Copies what is selected; false when a selected field is not there. */
type Select = (source: Json, target: Json) => boolean;

function compileSelections(selections: readonly QueryPlanSelectionNode[], schema: GraphQLSchema): Select {
  const parts = selections.map((selection): Select => {
    if (selection.kind === 'InlineFragment') {
      const inner = compileSelections(selection.selections, schema);
      const { typeCondition } = selection;
      return (source, target) => (typeCondition !== undefined && !isOfType(schema, source, typeCondition) ? true : inner(source, target));
    }
    const key = selection.alias ?? selection.name;
    const inner = selection.selections ? compileSelections(selection.selections, schema) : null;
    return (source, target) => {
      const value = Object.hasOwn(source, key) ? source[key] : undefined;
      if (value === undefined) return false;
      const copied = inner ? copy(value, inner) : value;
      if (copied === undefined) return false;
      target[key] = target[key] === undefined ? copied : join(target[key], copied);
      return true;
    };
  });
  return (source, target) => parts.every((part) => part(source, target));
}

function copy(value: unknown, inner: Select): unknown {
  if (value === null) return null;
  if (Array.isArray(value)) {
    const items = value.map((item) => copy(item, inner));
    return items.includes(undefined) ? undefined : items;
  }
  if (typeof value !== 'object') return undefined;
  const target: Json = {};
  return inner(value as Json, target) ? target : undefined;
}

/** The same field selected twice, with different fields below it. */
function join(first: unknown, second: unknown): unknown {
  if (Array.isArray(first) && Array.isArray(second)) return first.map((item, index) => join(item, second[index]));
  if (isJson(first) && isJson(second))
    return Object.fromEntries([
      ...Object.entries(first),
      ...Object.entries(second).map(([key, value]) => [key, key in first ? join(first[key], value) : value]),
    ]);
  return first;
}

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
