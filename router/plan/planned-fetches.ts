import type { FetchNode, PlanNode } from '@apollo/query-planner';
import { clientVariable } from './internal-keys.ts';

/** A fetch happens only when the variable has this value. */
export interface Condition {
  readonly variable: string;
  readonly equals: boolean;
}

/** A fetch of the planner's tree, with what the tree says about it. */
export interface PlannedFetch {
  readonly node: FetchNode;
  /** Where in the answer its entities are: keys only, lists are walked through. */
  readonly path: readonly string[];
  readonly conditions: readonly Condition[];
  /** Fetches that the planner puts before it, by index: those it needs are among them. */
  readonly after: readonly number[];
  /** Fetches that it must not overtake, whatever it reads. */
  readonly depends: readonly number[];
  /** 0 for what the first answer holds, n for the n-th part that comes later (`@defer`). */
  readonly block: number;
}

export interface PlannedBlock {
  readonly label: string;
  /** Fetches, by index, that must be done before the part can be sent, besides its own. */
  readonly depends: readonly number[];
}

/** The planner's tree as a list. An index in it is greater than those of all fetches before it. */
export function listFetches(root: PlanNode): { readonly fetches: readonly PlannedFetch[]; readonly blocks: readonly PlannedBlock[] } {
  const fetches: PlannedFetch[] = [];
  const blocks: PlannedBlock[] = [];
  const indexById = new Map<string, number>();

  interface Scope {
    readonly path: readonly string[];
    readonly conditions: readonly Condition[];
    readonly after: readonly number[];
    readonly depends: readonly number[];
    readonly block: number;
  }

  /** @returns the indexes of the fetches below the node */
  function list(node: PlanNode | undefined, scope: Scope): number[] {
    if (!node) return [];
    switch (node.kind) {
      case 'Sequence': {
        const found: number[] = [];
        for (const inner of node.nodes) found.push(...list(inner, { ...scope, after: [...scope.after, ...found] }));
        return found;
      }
      case 'Parallel':
        return node.nodes.flatMap((inner) => list(inner, scope));
      case 'Flatten':
        return list(node.node, { ...scope, path: [...scope.path, ...node.path.map(String).filter((key) => key !== '@')] });
      case 'Condition': {
        const variable = clientVariable(node.condition);
        const when = (clause: PlanNode | undefined, equals: boolean) =>
          list(clause, { ...scope, conditions: [...scope.conditions, { variable, equals }] });
        return [...when(node.ifClause, true), ...when(node.elseClause, false)];
      }
      case 'Defer': {
        const primary = list(node.primary.node, scope);
        for (const { label = '', depends, node: later } of node.deferred) {
          const indexes = depends.flatMap(({ id }) => indexById.get(id) ?? []);
          blocks.push({ label, depends: indexes });
          list(later, { ...scope, path: [], after: [...scope.after, ...primary], depends: indexes, block: blocks.length });
        }
        return primary;
      }
      case 'Fetch': {
        const index = fetches.push({ node, ...scope }) - 1;
        if (node.id !== undefined) indexById.set(node.id, index);
        return [index];
      }
      default:
        throw new TypeError('the planner gave a step that is not known here');
    }
  }

  list(root, { path: [], conditions: [], after: [], depends: [], block: 0 });
  return { fetches, blocks };
}
