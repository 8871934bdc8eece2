import {
  DirectiveLocation,
  getDirectiveValues,
  GraphQLBoolean,
  GraphQLDirective,
  GraphQLNonNull,
  GraphQLString,
  Kind,
  visit,
} from 'graphql';
import type { DirectiveNode, DocumentNode, FragmentDefinitionNode, OperationDefinitionNode, SelectionSetNode } from 'graphql';

/** graphql-js 16 has none. */
export const deferDirective = new GraphQLDirective({
  name: 'defer',
  description: 'The fields of this fragment may come later than the first part of the answer, to a client that takes answers in parts.',
  locations: [DirectiveLocation.FRAGMENT_SPREAD, DirectiveLocation.INLINE_FRAGMENT],
  args: {
    if: { type: new GraphQLNonNull(GraphQLBoolean), defaultValue: true, description: 'False: the fields come with the others.' },
    label: { type: GraphQLString, description: 'Named again with the part that holds the fields.' },
  },
});

/** An operation in which each `@defer` that counts has a label of ours, and no other is left. */
export interface DeferredDocument {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** By our label the client's, where it gave one. Empty: nothing is deferred. */
  readonly labels: ReadonlyMap<string, string | undefined>;
}

export const usesDefer = (document: DocumentNode): boolean => {
  let found = false;
  visit(document, {
    Directive({ name }) {
      found ||= name.value === 'defer';
    },
  });
  return found;
};

/**
 * Decides which fragments come later. Named fragments are written out, so that each place of a fragment is deferred by itself. The
 * planner wants a label on each, and no condition that could make two plans.
 * @param wanted false: nothing is deferred, which the specification allows
 */
export function resolveDefer(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  wanted: boolean,
): DeferredDocument {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const labels = new Map<string, string | undefined>();
  // A null where only true or false can stand is refused by the executor, not thrown about here.
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== null));

  function directives(written: readonly DirectiveNode[] | undefined): DirectiveNode[] {
    return (written ?? []).flatMap((directive): DirectiveNode[] => {
      if (directive.name.value !== 'defer') return [directive];
      const values = getDirectiveValues(deferDirective, { directives: [directive] }, given);
      if (!wanted || values?.['if'] === false) return [];
      const label = `defer_${labels.size}`;
      labels.set(label, typeof values?.['label'] === 'string' ? values['label'] : undefined);
      return [
        {
          kind: Kind.DIRECTIVE,
          name: { kind: Kind.NAME, value: 'defer' },
          arguments: [{ kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: 'label' }, value: { kind: Kind.STRING, value: label } }],
        },
      ];
    });
  }

  const writeOut = ({ selections }: SelectionSetNode): SelectionSetNode => ({
    kind: Kind.SELECTION_SET,
    selections: selections.map((selection) => {
      if (selection.kind === Kind.FIELD)
        return selection.selectionSet ? { ...selection, selectionSet: writeOut(selection.selectionSet) } : selection;
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      if (!fragment) throw new TypeError('a fragment is missing, and nobody noticed before');
      return {
        kind: Kind.INLINE_FRAGMENT,
        ...(fragment.typeCondition && { typeCondition: fragment.typeCondition }),
        directives: directives(selection.directives),
        selectionSet: writeOut(fragment.selectionSet),
      };
    }),
  });

  const written = { ...operation, selectionSet: writeOut(operation.selectionSet) };
  return { document: { kind: Kind.DOCUMENT, definitions: [written] }, operation: written, labels };
}

/** Our label of a fragment that comes later; null when it does not. */
export function laterLabel(selection: { readonly directives?: readonly DirectiveNode[] | undefined }): string | null {
  const value = selection.directives?.find(({ name }) => name.value === 'defer')?.arguments?.[0]?.value;
  return value?.kind === Kind.STRING ? value.value : null;
}
