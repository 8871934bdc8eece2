import { Kind, parse, print, stripIgnoredCharacters, visit } from 'graphql';
import type { DocumentNode, OperationDefinitionNode, VariableDefinitionNode } from 'graphql';
import { groupBy } from '#chassis/group-by.ts';
import type { PlannedFetch } from './planned-fetches.ts';

/** Fetches that go out as one request. */
export interface FetchGroup {
  /** Indexes of the fetches. */
  readonly members: readonly number[];
  /** Null: the document of the members, which is the same. */
  readonly merged: string | null;
}

/**
 * Requests of entities to one subgraph at the same stage become one. The stage of a fetch is the longest way from the root to it, so
 * joining delays no other fetch's stage. In a mutation the order of fetches is the planner's, and nothing of one stage is in it.
 * @param dependencies for each fetch those it needs, with lower indexes
 */
export function groupFetches(fetches: readonly PlannedFetch[], dependencies: readonly (readonly number[])[]): FetchGroup[] {
  const stages: number[] = [];
  for (const needed of dependencies) stages.push(1 + Math.max(0, ...needed.map((index) => stages[index] ?? 0)));
  const groups = groupBy([...fetches.entries()], ([index, { node, conditions, block }]) =>
    node.requires ? JSON.stringify([node.serviceName, stages[index], conditions, block]) : `alone ${index}`,
  );
  return [...groups.values()].flatMap((group): FetchGroup[] => {
    const selections = [...groupBy(group, ([, fetch]) => selectionIdentity(fetch)).values()];
    const indexes = (entries: typeof group) => entries.map(([index]) => index);
    if (selections.length === 1) return [{ members: indexes(group), merged: null }];
    const merged = mergeEntityFetches(selections.flatMap(([first]) => first?.[1].node.operation ?? []));
    return merged ? [{ members: indexes(group), merged }] : selections.map((same) => ({ members: indexes(same), merged: null }));
  });
}

/** What makes two requests ask the same of their entities. */
export const selectionIdentity = ({ node }: PlannedFetch): string =>
  JSON.stringify([node.operation, node.requires, node.inputRewrites, node.outputRewrites]);

/**
 * Several `_entities` operations as one: the n-th list is `_entities<n>` of the variable `$representations<n>`. Null when they
 * cannot be joined by renaming alone.
 */
function mergeEntityFetches(documents: readonly string[]): string | null {
  const operations = documents.map((document) => onlyOperation(parse(document, { noLocation: true })));
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
  const merged: OperationDefinitionNode = {
    kind: Kind.OPERATION_DEFINITION,
    operation: 'query' as OperationDefinitionNode['operation'],
    variableDefinitions: [...variables.values()],
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  };
  return stripIgnoredCharacters(print(merged));
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
