import { Kind, OperationTypeNode, parse, print, stripIgnoredCharacters, visit } from 'graphql';
import type {
  DocumentNode,
  FragmentDefinitionNode,
  NameNode,
  OperationDefinitionNode,
  SelectionNode,
  VariableDefinitionNode,
} from 'graphql';
import { groupBy } from '#chassis/group-by.ts';
import type { PlannedFetch } from './planned-fetches.ts';

/**
 * Which fetches go out as one request: those of entities to one subgraph at the same stage. The stage of a fetch is the longest way
 * from the root to it. A fetch that no other one waits for goes with the last request to its subgraph: the answer waits for that one
 * anyway. In a mutation every fetch has a stage of its own.
 * @param waitsFor for each fetch those it needs, with lower indexes
 * @returns the indexes of the members of each group
 */
export function groupFetches(
  fetches: readonly PlannedFetch[],
  waitsFor: readonly (readonly number[])[],
  unblocks: readonly (readonly number[])[],
): number[][] {
  const stages: number[] = [];
  for (const needed of waitsFor) stages.push(1 + Math.max(0, ...needed.map((index) => stages[index] ?? 0)));
  const company = ({ node, conditions, block }: PlannedFetch): string => JSON.stringify([node.serviceName, conditions, block]);
  const lastStage = new Map<string, number>();
  for (const [index, fetch] of fetches.entries())
    if (fetch.node.requires) lastStage.set(company(fetch), Math.max(lastStage.get(company(fetch)) ?? 0, stages[index] ?? 0));
  const groups = groupBy([...fetches.entries()], ([index, fetch]) => {
    if (!fetch.node.requires) return `alone ${index}`;
    const stage = unblocks[index]?.length === 0 ? lastStage.get(company(fetch)) : stages[index];
    return `${stage} ${company(fetch)}`;
  });
  return [...groups.values()].map((group) => group.map(([index]) => index));
}

/** What makes two requests ask the same of their entities. */
export const selectionIdentity = ({ node }: PlannedFetch): string =>
  JSON.stringify([node.operation, node.requires, node.inputRewrites, node.outputRewrites]);

/** Several `_entities` operations as one: the n-th list is `_entities<n>` of the variable `$representations<n>`. */
export function mergeEntityFetches(documents: readonly string[]): string {
  const variables = new Map<string, VariableDefinitionNode>();
  const fragments = new Map<string, FragmentDefinitionNode>();
  const selections: SelectionNode[] = [];
  for (const [index, text] of documents.entries()) {
    const document = renamed(parse(text, { noLocation: true }), index);
    const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
    if (!operation) throw new TypeError('a fetch is no operation');
    for (const definition of operation.variableDefinitions ?? []) variables.set(definition.variable.name.value, definition);
    for (const definition of document.definitions)
      if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    for (const selection of operation.selectionSet.selections) {
      const isList = selection.kind === Kind.FIELD && selection.name.value === '_entities';
      selections.push(isList ? { ...selection, alias: nameNode(`_entities${index}`) } : selection);
    }
  }
  const operation: OperationDefinitionNode = {
    kind: Kind.OPERATION_DEFINITION,
    operation: OperationTypeNode.QUERY,
    variableDefinitions: [...variables.values()],
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  };
  return stripIgnoredCharacters(print({ kind: Kind.DOCUMENT, definitions: [operation, ...fragments.values()] }));
}

const nameNode = (value: string): NameNode => ({ kind: Kind.NAME, value });

/** Fragments of several documents may share a name and differ, and each document has its own representations. */
function renamed(document: DocumentNode, index: number): DocumentNode {
  const numbered = <Node extends { readonly name: NameNode }>(node: Node): Node => ({
    ...node,
    name: nameNode(`${node.name.value}${index}`),
  });
  return visit(document, {
    Variable: (node) => (node.name.value === 'representations' ? numbered(node) : undefined),
    FragmentSpread: numbered,
    FragmentDefinition: { leave: numbered },
  });
}
