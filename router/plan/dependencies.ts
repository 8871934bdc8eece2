import type { FetchDataRewrite, QueryPlanSelectionNode } from '@apollo/query-planner';
import { Kind, OperationTypeNode, parse } from 'graphql';
import type { FragmentDefinitionNode, SelectionSetNode } from 'graphql';
import type { PlannedFetch } from './planned-fetches.ts';

/**
 * For each fetch the fetches whose answers it needs: those before it that write something it reads. The planner's tree says more than
 * that: what stands in one wave waits there for the whole wave before it. Mutations keep the planner's order whole.
 */
export function dependenciesOf(fetches: readonly PlannedFetch[]): readonly (readonly number[])[] {
  const written = fetches.map(writes);
  const inSeries = fetches.some(({ node }) => node.operationKind === OperationTypeNode.MUTATION);
  return fetches.map((fetch) => {
    const { after, depends } = fetch;
    if (inSeries) return after;
    const read = reads(fetch);
    const needed = after.filter((earlier) => read.some((path) => written[earlier]?.has(path)));
    return [...new Set([...needed, ...depends])];
  });
}

/** Paths of keys, as `visits.practitioner.id`. */
type KeyPath = string;

const under = (base: KeyPath, key: string): KeyPath => (base === '' ? key : `${base}.${key}`);

/** The way to its entities, and what it needs of them. */
function reads({ node, path }: PlannedFetch): KeyPath[] {
  const read: KeyPath[] = [];
  let base = '';
  for (const key of path) read.push((base = under(base, key)));
  const add = (selections: readonly QueryPlanSelectionNode[], at: KeyPath): void => {
    for (const selection of selections) {
      if (selection.kind === 'InlineFragment') {
        add(selection.selections, at);
        continue;
      }
      // Whoever writes the object writes its type.
      if (selection.name === '__typename') continue;
      const place = under(at, selection.alias ?? selection.name);
      read.push(place);
      if (selection.selections) add(selection.selections, place);
    }
  };
  add(node.requires ?? [], base);
  return read;
}

function writes({ node, path }: PlannedFetch): ReadonlySet<KeyPath> {
  const written = new Set<KeyPath>();
  const fragments = new Map<string, FragmentDefinitionNode>();
  const { definitions } = parse(node.operation, { noLocation: true });
  for (const definition of definitions) if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const add = (set: SelectionSetNode | undefined, at: KeyPath): void => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FIELD) {
        const place = under(at, (selection.alias ?? selection.name).value);
        written.add(place);
        add(selection.selectionSet, place);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) add(selection.selectionSet, at);
      else add(fragments.get(selection.name.value)?.selectionSet, at);
    }
  };
  const base = path.join('.');
  for (const definition of definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    for (const selection of definition.selectionSet.selections) {
      if (node.requires && selection.kind === Kind.FIELD && selection.name.value === '_entities') add(selection.selectionSet, base);
    }
    if (!node.requires) add(definition.selectionSet, base);
  }
  for (const rewrite of node.outputRewrites ?? []) addRenamed(rewrite, base, written);
  return written;
}

function addRenamed(rewrite: FetchDataRewrite, base: KeyPath, written: Set<KeyPath>): void {
  if (rewrite.kind !== 'KeyRenamer') return;
  const keys = rewrite.path.filter((element) => !element.startsWith('... on '));
  written.add([...(base === '' ? [] : [base]), ...keys.slice(0, -1), rewrite.renameKeyTo].join('.'));
}
