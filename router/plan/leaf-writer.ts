import { isEnumType } from 'graphql';
import type { GraphQLLeafType } from 'graphql';
import type { JsonWriter } from '../execute/json-writer.ts';

/** Writes a value; false, and nothing is written, when it is not of the type. Nothing is converted: what a subgraph answers is taken as it is or not at all. */
export type LeafWriter = (to: JsonWriter, value: unknown) => boolean;

/** @returns the same function for the same type: shapes are many, types are few */
export function leafWriter(type: GraphQLLeafType): LeafWriter {
  const known = writers.get(type) ?? makeWriter(type);
  writers.set(type, known);
  return known;
}

const writers = new WeakMap<GraphQLLeafType, LeafWriter>();

function makeWriter(type: GraphQLLeafType): LeafWriter {
  if (isEnumType(type)) {
    const names = new Set(type.getValues().map(({ name }) => name));
    return (to, value) => typeof value === 'string' && names.has(value) && writeString(to, value);
  }
  switch (type.name) {
    case 'String':
      return writeString;
    case 'ID':
      return (to, value) => writeString(to, Number.isInteger(value) ? String(value) : value);
    case 'Boolean':
      return (to, value) => typeof value === 'boolean' && writePlain(to, value ? 'true' : 'false');
    case 'Int':
      return (to, value) => typeof value === 'number' && (value | 0) === value && writePlain(to, `${value}`);
    case 'Float':
      return (to, value) => typeof value === 'number' && Number.isFinite(value) && writePlain(to, `${value}`);
    default:
      return (to, value) => writeSerialized(to, type, value);
  }
}

function writeString(to: JsonWriter, value: unknown): boolean {
  if (typeof value !== 'string') return false;
  to.string(value);
  return true;
}

function writePlain(to: JsonWriter, text: string): boolean {
  to.plain(text);
  return true;
}

function writeSerialized(to: JsonWriter, type: GraphQLLeafType, value: unknown): boolean {
  try {
    const plain: unknown = type.serialize(value);
    if (plain === null || plain === undefined) return false;
    if (typeof plain === 'string') to.string(plain);
    else to.json(JSON.stringify(plain));
    return true;
  } catch {
    return false; // the value does not fit the type: that is the error the client gets
  }
}
