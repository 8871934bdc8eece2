import { GraphQLIncludeDirective, GraphQLSkipDirective, Kind, getDirectiveValues, parse, valueFromASTUntyped } from 'graphql';
import type { FieldNode, FragmentDefinitionNode, OperationDefinitionNode, SelectionNode, SelectionSetNode } from 'graphql';
import type { ErrorPath } from './client-errors.ts';

export type Variables = Readonly<Record<string, unknown>>;

/**
 * The fields that stay empty when a subgraph request fails as a whole: one path per root field, or for an `_entities`
 * request one per representation and field of its type (`['_entities', 2, 'visits']`), as if each of them had failed in the subgraph.
 */
export function failedPaths(query: string, variables: Variables): ErrorPath[] {
  const document = parse(query, { noLocation: true });
  const fragments = new Map<string, FragmentDefinitionNode>();
  let operation: OperationDefinitionNode | undefined;
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    if (definition.kind === Kind.OPERATION_DEFINITION) operation = definition;
  }
  if (!operation) return [];
  const scope: Scope = { fragments, variables: { ...defaults(operation), ...variables } };
  return unique(
    fieldsOf(operation.selectionSet, scope).flatMap(({ field }) => {
      const key = responseKey(field);
      return key === '_entities' ? entityPaths(field, scope) : [[key]];
    }),
  );
}

interface Scope {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Variables;
}

interface ScopedField {
  readonly field: FieldNode;
  /** Nearest type condition around the field. */
  readonly type: string | undefined;
}

const responseKey = (field: FieldNode): string => (field.alias ?? field.name).value;

const defaults = ({ variableDefinitions = [] }: OperationDefinitionNode): Variables =>
  Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  );

function entityPaths(entities: FieldNode, scope: Scope): ErrorPath[] {
  const { representations } = scope.variables;
  if (!Array.isArray(representations) || !entities.selectionSet) return [['_entities']];
  const fields = fieldsOf(entities.selectionSet, scope);
  return representations.flatMap((representation: unknown, index) => {
    const type = typeName(representation);
    const own = fields.filter((field) => field.type === type);
    // A condition on an interface names no concrete type: then every field may be this entity's.
    const affected = own.length > 0 ? own : fields;
    return affected.map(({ field }) => ['_entities', index, responseKey(field)]);
  });
}

function typeName(representation: unknown): string | undefined {
  if (typeof representation !== 'object' || representation === null || !('__typename' in representation)) return undefined;
  return typeof representation.__typename === 'string' ? representation.__typename : undefined;
}

function fieldsOf(set: SelectionSetNode, scope: Scope, type?: string): ScopedField[] {
  return set.selections
    .filter((selection) => isIncluded(selection, scope.variables))
    .flatMap((selection): ScopedField[] => {
      if (selection.kind === Kind.FIELD) return selection.name.value === '__typename' ? [] : [{ field: selection, type }];
      if (selection.kind === Kind.INLINE_FRAGMENT)
        return fieldsOf(selection.selectionSet, scope, selection.typeCondition?.name.value ?? type);
      const fragment = scope.fragments.get(selection.name.value);
      return fragment ? fieldsOf(fragment.selectionSet, scope, fragment.typeCondition.name.value) : [];
    });
}

function isIncluded(selection: SelectionNode, variables: Variables): boolean {
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, variables);
  const include = getDirectiveValues(GraphQLIncludeDirective, selection, variables);
  return skip?.['if'] !== true && include?.['if'] !== false;
}

function unique(paths: readonly ErrorPath[]): ErrorPath[] {
  return [...new Map(paths.map((path) => [JSON.stringify(path), path])).values()];
}
