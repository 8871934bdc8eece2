import { isEnumType } from 'graphql';
import type { GraphQLLeafType } from 'graphql';
import { quote } from '../execute/json-text.ts';

/** A value as JSON; null when it is not of the type. Nothing is converted: what a subgraph answers is taken as it is or not at all. */
export type LeafWriter = (value: unknown) => string | null;

/** @returns the same function for the same type: shapes are many, types are few */
export function leafWriter(type: GraphQLLeafType): LeafWriter {
  const known = writers.get(type) ?? makeWriter(type);
  writers.set(type, known);
  return known;
}

const writers = new WeakMap<GraphQLLeafType, LeafWriter>();

function makeWriter(type: GraphQLLeafType): LeafWriter {
  if (isEnumType(type)) {
    const names = new Map(type.getValues().map(({ name }) => [name, `"${name}"`]));
    return (value) => (typeof value === 'string' ? (names.get(value) ?? null) : null);
  }
  switch (type.name) {
    case 'String':
      return (value) => (typeof value === 'string' ? quote(value) : null);
    case 'ID':
      return (value) => (typeof value === 'string' ? quote(value) : Number.isInteger(value) ? `"${String(value)}"` : null);
    case 'Boolean':
      return (value) => (value === true ? 'true' : value === false ? 'false' : null);
    case 'Int':
      return (value) => (typeof value === 'number' && (value | 0) === value ? `${value}` : null);
    case 'Float':
      return (value) => (typeof value === 'number' && Number.isFinite(value) ? `${value}` : null);
    default:
      return (value) => serialized(type, value);
  }
}

function serialized(type: GraphQLLeafType, value: unknown): string | null {
  try {
    const plain: unknown = type.serialize(value);
    if (typeof plain === 'string') return quote(plain);
    return plain === null || plain === undefined ? null : JSON.stringify(plain);
  } catch {
    return null; // the value does not fit the type: that is the error the client gets
  }
}
