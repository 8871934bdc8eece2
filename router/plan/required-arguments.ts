import { getNamedType, isCompositeType, isInterfaceType, isObjectType, Kind, parse, print } from 'graphql';
import type { GraphQLNamedType, GraphQLSchema, SelectionSetNode } from 'graphql';

/**
 * Fields that `@requires` sets ask with different arguments. The planner keeps both values under one key, so one of the resolvers
 * would be given the other's value, silently: such a supergraph must not be served.
 * @param schema the supergraph's schema with its `@join__field` directives
 * @returns one sentence per conflict
 */
export function conflictingRequires(schema: GraphQLSchema): string[] {
  /** By type and field: the arguments it is required with, and by whom. */
  const asked = new Map<string, Map<string, string>>();

  function note(type: GraphQLNamedType, set: SelectionSetNode, requiredBy: string): void {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) continue;
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition ? schema.getType(selection.typeCondition.name.value) : type;
        if (condition) note(condition, selection.selectionSet, requiredBy);
        continue;
      }
      const name = selection.name.value;
      const key = `${type.name}.${name}`;
      const found = asked.get(key) ?? new Map<string, string>();
      asked.set(key, found.set([...(selection.arguments ?? [])].map(print).sort().join(', '), requiredBy));
      const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
      const inner = field ? getNamedType(field.type) : undefined;
      if (selection.selectionSet && isCompositeType(inner)) note(inner, selection.selectionSet, requiredBy);
    }
  }

  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      for (const directive of field.astNode?.directives ?? []) {
        const requires =
          directive.name.value === 'join__field' ? directive.arguments?.find(({ name }) => name.value === 'requires')?.value : undefined;
        if (requires?.kind !== Kind.STRING) continue;
        const [definition] = parse(`{ ${requires.value} }`, { noLocation: true }).definitions;
        if (definition?.kind === Kind.OPERATION_DEFINITION) note(type, definition.selectionSet, `${type.name}.${field.name}`);
      }
    }
  }
  return [...asked].flatMap(([field, byArguments]) => {
    if (byArguments.size < 2) return [];
    const users = [...byArguments].map(([given, by]) => `${by} requires it ${given ? `with (${given})` : 'without arguments'}`);
    return [`${field}: ${users.join(', ')}. One value cannot serve both: add a field of its own for one of them.`];
  });
}
