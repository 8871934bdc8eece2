import { isAbstractType, isInterfaceType, isObjectType } from 'graphql';
import type { GraphQLSchema } from 'graphql';

/** An object of an answer. */
export type Json = Record<string, unknown>;

/** Is this object, by its `__typename`, of the type or one of its possible types? */
export function isOfType(schema: GraphQLSchema, object: Json, typeCondition: string, whenUnknown = false): boolean {
  const name = object['__typename'];
  if (typeof name !== 'string') return whenUnknown;
  if (name === typeCondition) return true;
  const [type, condition] = [schema.getType(name), schema.getType(typeCondition)];
  return (isObjectType(type) || isInterfaceType(type)) && isAbstractType(condition) && schema.isSubType(condition, type);
}
