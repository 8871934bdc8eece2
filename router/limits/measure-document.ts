import { Kind } from 'graphql';
import type { DocumentNode, FragmentDefinitionNode, SelectionSetNode } from 'graphql';
import type { OperationLimits } from './operation-limits.ts';

/** What a document asks for, with its named fragments written out at each place. Of several operations the greatest of each. */
export type DocumentMeasures = Readonly<Record<'depth' | 'aliases' | 'directives' | 'rootFields' | 'selections', number>>;

const nothing: DocumentMeasures = { depth: 0, aliases: 0, directives: 0, rootFields: 0, selections: 0 };

/**
 * Looks at each node once, however often its fragment is spread: fragments that multiply cost nothing. What is missing or within itself
 * counts as nothing: it is the matter of validation.
 */
export function measureDocument({ definitions }: DocumentNode): DocumentMeasures {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of definitions) if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const known = new Map<string, DocumentMeasures>();

  function measure({ selections }: SelectionSetNode): DocumentMeasures {
    const sum = { ...nothing };
    for (const selection of selections) {
      const inner = innerOf(selection);
      const isField = selection.kind === Kind.FIELD;
      sum.selections += 1 + inner.selections;
      sum.aliases += inner.aliases + (isField && selection.alias ? 1 : 0);
      sum.directives += inner.directives + (selection.directives?.length ?? 0);
      sum.rootFields += isField ? 1 : inner.rootFields;
      sum.depth = Math.max(sum.depth, inner.depth + (isField ? 1 : 0));
    }
    return sum;
  }

  function innerOf(selection: SelectionSetNode['selections'][number]): DocumentMeasures {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return measureFragment(selection.name.value);
    return selection.selectionSet ? measure(selection.selectionSet) : nothing;
  }

  function measureFragment(name: string): DocumentMeasures {
    const found = known.get(name);
    if (found) return found;
    const fragment = fragments.get(name);
    if (!fragment) return nothing;
    known.set(name, nothing); // while it is looked at: a fragment within itself
    const measured = measure(fragment.selectionSet);
    known.set(name, measured);
    return measured;
  }

  let greatest = nothing;
  let ownDirectives = 0;
  for (const definition of definitions) {
    if ('directives' in definition) ownDirectives += definition.directives?.length ?? 0;
    if (definition.kind === Kind.FRAGMENT_DEFINITION)
      greatest = maximum(greatest, { ...measureFragment(definition.name.value), rootFields: 0 });
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    for (const variable of definition.variableDefinitions ?? []) ownDirectives += variable.directives?.length ?? 0;
    greatest = maximum(greatest, measure(definition.selectionSet));
  }
  return { ...greatest, directives: greatest.directives + ownDirectives };
}

const maximum = (one: DocumentMeasures, other: DocumentMeasures): DocumentMeasures => ({
  depth: Math.max(one.depth, other.depth),
  aliases: Math.max(one.aliases, other.aliases),
  directives: Math.max(one.directives, other.directives),
  rootFields: Math.max(one.rootFields, other.rootFields),
  selections: Math.max(one.selections, other.selections),
});

export interface Excess {
  readonly limit: keyof OperationLimits;
  /** Null when nobody counted to the end. */
  readonly value: number | null;
  readonly most: number;
}

/** The first limit that the document exceeds; null when it keeps to all. */
export function excessOf(document: DocumentNode, limits: OperationLimits): Excess | null {
  const measures = measureDocument(document);
  for (const limit of ['depth', 'rootFields', 'aliases', 'directives', 'selections'] as const)
    if (measures[limit] > limits[limit]) return { limit, value: Math.min(measures[limit], Number.MAX_SAFE_INTEGER), most: limits[limit] };
  return null;
}
