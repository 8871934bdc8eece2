import { Kind, OperationTypeNode } from 'graphql';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode, SelectionSetNode } from 'graphql';

const tag = 'newest-says-all';

/**
 * Does each result of this subscription say the whole state, so that the newest one makes up for those before? Its field says so in the
 * schema: `@tag(name: "newest-says-all")`.
 * @param schema the supergraph's, with its directives
 */
export function newestSaysAll(operation: OperationDefinitionNode, document: DocumentNode, schema: GraphQLSchema): boolean {
  if (operation.operation !== OperationTypeNode.SUBSCRIPTION) return false;
  const fields = schema.getSubscriptionType()?.getFields() ?? {};
  const fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  );
  const rootFields = ({ selections }: SelectionSetNode): string[] =>
    selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return selection.name.value;
      const inner = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      return inner ? rootFields(inner.selectionSet) : [];
    });
  return rootFields(operation.selectionSet).every((name) =>
    fields[name]?.astNode?.directives?.some(
      (directive) =>
        directive.name.value === 'tag' &&
        directive.arguments?.some(
          ({ name: argument, value }) => argument.value === 'name' && value.kind === Kind.STRING && value.value === tag,
        ),
    ),
  );
}
