import { GraphQLError, Kind, OperationTypeNode } from 'graphql';
import type { DocumentNode, SelectionSetNode } from 'graphql';

const conditions = new Set(['skip', 'include']);

/**
 * Does a subscription make its root field depend on `@skip` or `@include`? The specification forbids it (GraphQL September 2025,
 * §5.2.4.1), and graphql-js 16 throws where it validates one with a variable.
 * @param document within the limits of its depth
 */
export function hasConditionalRoot({ definitions }: DocumentNode): boolean {
  const seen = new Set<string>();
  const isConditional = ({ selections }: SelectionSetNode): boolean =>
    selections.some((selection) => {
      if (selection.directives?.some(({ name }) => conditions.has(name.value))) return true;
      if (selection.kind === Kind.INLINE_FRAGMENT) return isConditional(selection.selectionSet);
      if (selection.kind === Kind.FIELD || seen.has(selection.name.value)) return false;
      seen.add(selection.name.value);
      const fragment = definitions.find(
        (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value,
      );
      return fragment?.kind === Kind.FRAGMENT_DEFINITION && isConditional(fragment.selectionSet);
    });
  return definitions.some(
    (definition) =>
      definition.kind === Kind.OPERATION_DEFINITION &&
      definition.operation === OperationTypeNode.SUBSCRIPTION &&
      isConditional(definition.selectionSet),
  );
}

export const conditionalRoot = (): GraphQLError =>
  new GraphQLError('The root field of a subscription takes no @skip and no @include: a subscription is for one event, always.', {
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } },
  });
