import { Kind, parse } from 'graphql';
import type { ConstDirectiveNode, GraphQLField, GraphQLInterfaceType, SelectionSetNode } from 'graphql';

/** The `@requires` sets of a field, in whichever services it has one. */
export const requiredSets = (field: GraphQLField<unknown, unknown>): SelectionSetNode[] =>
  applied('join__field', field.astNode?.directives).flatMap((directive) => {
    const value = argument(directive, 'requires');
    if (value?.kind !== Kind.STRING) return [];
    const [definition] = parse(`{ ${value.value} }`, { noLocation: true }).definitions;
    return definition?.kind === Kind.OPERATION_DEFINITION ? [definition.selectionSet] : [];
  });

/** Does an `@interfaceObject` service add this field to the interface? */
export function comesFromInterfaceObject({ astNode }: GraphQLInterfaceType, field: GraphQLField<unknown, unknown>): boolean {
  const services = new Set(
    applied('join__type', astNode?.directives).flatMap((directive) => {
      const isInterfaceObject = argument(directive, 'isInterfaceObject');
      return isInterfaceObject?.kind === Kind.BOOLEAN && isInterfaceObject.value ? graphOf(directive) : [];
    }),
  );
  if (services.size === 0) return false;
  const givenBy = applied('join__field', field.astNode?.directives).flatMap(graphOf);
  // Without a word each service of the type has the field.
  return givenBy.length === 0 || givenBy.some((service) => services.has(service));
}

const applied = (name: string, directives: readonly ConstDirectiveNode[] = []): ConstDirectiveNode[] =>
  directives.filter((directive) => directive.name.value === name);

const argument = (directive: ConstDirectiveNode, name: string) =>
  directive.arguments?.find((candidate) => candidate.name.value === name)?.value;

const graphOf = (directive: ConstDirectiveNode): string[] => {
  const graph = argument(directive, 'graph');
  return graph?.kind === Kind.ENUM ? [graph.value] : [];
};
