import { Kind, parse, print, visit } from 'graphql';
import type { DocumentNode, OperationDefinitionNode, VariableDefinitionNode } from 'graphql';

export interface MergedDocument {
  readonly operation: string;
  readonly operationName: string | undefined;
}

/**
 * Several `_entities` operations as one: the n-th list is `_entities<n>` of the variable `$representations<n>`. Null when they
 * cannot be joined by renaming alone.
 */
export function mergeEntityFetches(documents: readonly MergedDocument[]): MergedDocument | null {
  const operations = documents.map(({ operation }) => onlyOperation(parse(operation, { noLocation: true })));
  if (operations.some((operation) => operation === null)) return null;
  const variables = new Map<string, VariableDefinitionNode>();
  const selections = operations.flatMap((operation, index) => {
    if (!operation) return [];
    const renamed = renameRepresentations(operation, index);
    for (const definition of renamed.variableDefinitions ?? []) variables.set(definition.variable.name.value, definition);
    return renamed.selectionSet.selections.map((selection) =>
      selection.kind === Kind.FIELD && selection.name.value === '_entities'
        ? { ...selection, alias: { kind: Kind.NAME as const, value: `_entities${index}` } }
        : selection,
    );
  });
  const operationName = documents[0]?.operationName;
  const merged: OperationDefinitionNode = {
    kind: Kind.OPERATION_DEFINITION,
    operation: 'query' as OperationDefinitionNode['operation'],
    ...(operationName && { name: { kind: Kind.NAME, value: operationName } }),
    variableDefinitions: [...variables.values()],
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  };
  return { operation: print(merged), operationName };
}

/** Fragments of several documents may share a name and differ. */
function onlyOperation({ definitions }: DocumentNode): OperationDefinitionNode | null {
  const [definition, ...others] = definitions;
  return definition?.kind === Kind.OPERATION_DEFINITION && others.length === 0 && !definition.directives?.length ? definition : null;
}

const renameRepresentations = (operation: OperationDefinitionNode, index: number): OperationDefinitionNode =>
  visit(operation, {
    Variable: (node) =>
      node.name.value === 'representations' ? { ...node, name: { ...node.name, value: `representations${index}` } } : undefined,
  });
