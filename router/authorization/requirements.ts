import { getNamedType, isInterfaceType, isObjectType, Kind } from 'graphql';
import type { ConstDirectiveNode, GraphQLField, GraphQLNamedType, GraphQLSchema, SelectionSetNode } from 'graphql';
import { comesFromInterfaceObject, requiredSets } from './join-directives.ts';
import { readRequirement, type Requirement } from './requirement.ts';
import type { SecurityDirectives } from './security-features.ts';

/** The requirements of a schema, by a text that stands for each. All of those that are named must be met. */
export interface Requirements {
  readonly byKey: ReadonlyMap<string, Requirement>;
  /** Of a field where it is selected on this type, an interface or not. */
  /** @throws TypeError when there is none */
  ofField(typeName: string, fieldName: string): ReadonlySet<string>;
  /** Of objects of this type, wherever they stand. */
  ofType(typeName: string): ReadonlySet<string>;
}

const none: ReadonlySet<string> = new Set();

/**
 * What a field needs is what stands at itself, at its type and at the type it answers, and what all fields need that its `@requires` set
 * reads. On an interface it needs what it needs on each type that implements it: nobody knows before which of them will come.
 * @param schema the supergraph's, with its directives
 * @throws when a directive has an alternative that needs nothing, or no alternative
 */
export function compileRequirements(schema: GraphQLSchema, directives: SecurityDirectives): Requirements {
  const byKey = new Map<string, Requirement>();
  const ofTypes = new Map<string, ReadonlySet<string>>();
  const known = new Map<string, ReadonlySet<string>>();

  function said(at: string, nodes: readonly ConstDirectiveNode[] = []): string[] {
    return nodes.flatMap((node) => {
      const requirement = readRequirement(at, node, directives);
      if (!requirement) return [];
      const key = 'anyOf' in requirement ? `${requirement.kind} ${JSON.stringify(requirement.anyOf)}` : requirement.kind;
      byKey.set(key, requirement);
      return [key];
    });
  }

  const saidOfType = (type: GraphQLNamedType): string[] =>
    [type.astNode, ...type.extensionASTNodes].flatMap((node) => said(type.name, node?.directives));

  const fieldOf = (typeName: string, fieldName: string): GraphQLField<unknown, unknown> | undefined => {
    const type = schema.getType(typeName);
    return isObjectType(type) || isInterfaceType(type) ? type.getFields()[fieldName] : undefined;
  };

  /** Fields that must be open as well, as `[type, field]`. */
  function alsoNeeded(typeName: string, field: GraphQLField<unknown, unknown>): [string, string][] {
    const type = schema.getType(typeName);
    const found: [string, string][] = isInterfaceType(type)
      ? schema.getPossibleTypes(type).map(({ name }) => [name, field.name] as [string, string])
      : [];
    const note = (parent: GraphQLNamedType, { selections }: SelectionSetNode): void => {
      for (const selection of selections) {
        if (selection.kind === Kind.FRAGMENT_SPREAD) continue;
        if (selection.kind === Kind.INLINE_FRAGMENT) {
          const condition = selection.typeCondition ? schema.getType(selection.typeCondition.name.value) : parent;
          if (condition) note(condition, selection.selectionSet);
          continue;
        }
        found.push([parent.name, selection.name.value]);
        const inner = fieldOf(parent.name, selection.name.value);
        if (inner && selection.selectionSet) note(getNamedType(inner.type), selection.selectionSet);
      }
    };
    if (type) for (const set of requiredSets(field)) note(type, set);
    return found;
  }

  /** What an `@interfaceObject` service says of a field it adds to an interface holds for each type that implements it. */
  const saidByInterfaceObjects = (typeName: string, fieldName: string): string[] => {
    const type = schema.getType(typeName);
    if (!isObjectType(type)) return [];
    return type.getInterfaces().flatMap((each) => {
      const field = each.getFields()[fieldName];
      return field && comesFromInterfaceObject(each, field) ? said(`${each.name}.${fieldName}`, field.astNode?.directives) : [];
    });
  };

  function collect(typeName: string, fieldName: string): ReadonlySet<string> {
    const keys = new Set<string>();
    const seen = new Set([`${typeName}.${fieldName}`]);
    const open: [string, string][] = [[typeName, fieldName]];
    for (let next = open.pop(); next; next = open.pop()) {
      const [onType, name] = next;
      const field = fieldOf(onType, name);
      if (!field) continue;
      for (const key of ofTypes.get(onType) ?? none) keys.add(key);
      for (const key of ofTypes.get(getNamedType(field.type).name) ?? none) keys.add(key);
      for (const key of said(`${onType}.${name}`, field.astNode?.directives)) keys.add(key);
      for (const key of saidByInterfaceObjects(onType, name)) keys.add(key);
      for (const needed of alsoNeeded(onType, field)) {
        if (seen.has(needed.join('.'))) continue;
        seen.add(needed.join('.'));
        open.push(needed);
      }
    }
    return keys;
  }

  const types = Object.values(schema.getTypeMap());
  for (const type of types) {
    const keys = saidOfType(type);
    if (keys.length > 0) ofTypes.set(type.name, new Set(keys));
  }
  for (const type of types)
    if (isObjectType(type) || isInterfaceType(type))
      for (const name of Object.keys(type.getFields())) known.set(`${type.name}.${name}`, collect(type.name, name));

  return {
    byKey,
    ofField(typeName, fieldName) {
      const keys = known.get(`${typeName}.${fieldName}`);
      if (!keys) throw new TypeError(`${typeName}.${fieldName} is not in the supergraph, and nobody noticed before`);
      return keys;
    },
    ofType: (typeName) => ofTypes.get(typeName) ?? none,
  };
}
