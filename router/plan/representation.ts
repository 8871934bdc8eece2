import type { FetchDataRewrite, QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { applyRewrites } from '../execute/rewrites.ts';
import { isOfType, type Json } from '../execute/json-object.ts';
import { quote } from '../execute/json-text.ts';

/** How a subgraph is told which entity is meant. */
export interface Representation {
  /** As JSON text, which is also what makes two entities the same; null when the entity lacks a field of it. */
  textOf(entity: Json): string | null;
  /** As an object of its own. */
  objectOf(entity: Json): Json | null;
  /** The keys, where the entity is told by plain fields: two with the same values at them are the same. Null: only the text tells. */
  plainKeysOf(entity: Json): readonly string[] | null;
}

export function compileRepresentation(
  requires: readonly QueryPlanSelectionNode[],
  inputRewrites: readonly FetchDataRewrite[],
  schema: GraphQLSchema,
): Representation {
  const select = compileSelections(requires, schema);
  const objectOf = (entity: Json): Json | null => {
    const representation: Json = {};
    if (!select(entity, representation) || representation['__typename'] === undefined) return null;
    applyRewrites(schema, inputRewrites, representation);
    return representation;
  };
  const flat = inputRewrites.length === 0 && isFlat(requires);
  if (!flat) {
    const textOf = (entity: Json): string | null => {
      const representation = objectOf(entity);
      return representation && JSON.stringify(representation);
    };
    return { objectOf, textOf, plainKeysOf: () => null };
  }
  const byType = new Map<unknown, FlatFields>();
  const fieldsFor = (entity: Json): FlatFields => {
    const typeName = entity['__typename'];
    const known = byType.get(typeName);
    if (known) return known;
    const fields = flatFields(requires, entity, schema);
    // Only types of the schema are kept: what a subgraph calls its objects must not fill the memory.
    if (typeof typeName === 'string' && schema.getType(typeName)) byType.set(typeName, fields);
    return fields;
  };
  return {
    objectOf,
    plainKeysOf: (entity) => fieldsFor(entity).keys,
    textOf(entity) {
      const { keys, prefixes } = fieldsFor(entity);
      let text = '';
      for (let index = 0; index < keys.length; index++) {
        const key = keys[index] ?? '';
        const value = Object.hasOwn(entity, key) ? entity[key] : undefined;
        if (value === undefined) return null;
        text += `${prefixes[index]}${typeof value === 'string' ? quote(value) : JSON.stringify(value)}`;
      }
      return text === '' || typeof entity['__typename'] !== 'string' ? null : `${text}}`;
    },
  };
}

interface FlatFields {
  readonly keys: readonly string[];
  /** `{"key":` for the first, `,"key":` for the others. */
  readonly prefixes: readonly string[];
}

/** No selection below a field: an entity is told by plain values. */
const isFlat = (selections: readonly QueryPlanSelectionNode[]): boolean =>
  selections.every((selection) => (selection.kind === 'Field' ? !selection.selections?.length : isFlat(selection.selections)));

function flatFields(selections: readonly QueryPlanSelectionNode[], entity: Json, schema: GraphQLSchema): FlatFields {
  const keys = new Set<string>();
  const add = (inner: readonly QueryPlanSelectionNode[]): void => {
    for (const selection of inner) {
      if (selection.kind === 'Field') keys.add(selection.alias ?? selection.name);
      else if (selection.typeCondition === undefined || isOfType(schema, entity, selection.typeCondition)) add(selection.selections);
    }
  };
  add(selections);
  const list = keys.has('__typename') ? [...keys] : [];
  return { keys: list, prefixes: list.map((key, index) => `${index === 0 ? '{' : ','}${JSON.stringify(key)}:`) };
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
