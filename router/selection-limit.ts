import { GraphQLError, Kind } from 'graphql';
import type { ASTVisitor, FragmentDefinitionNode, SelectionSetNode, ValidationContext, ValidationRule } from 'graphql';

/**
 * Refuses a document in which an operation selects more than `most` fields and fragments when its named fragments are written out.
 * Planning cost grows with that number, and a few nested fragments make it grow as fast as a power of two.
 */
export const selectionLimit =
  (most: number): ValidationRule =>
  (context: ValidationContext): ASTVisitor => ({
    OperationDefinition(operation) {
      if (countSelections(operation.selectionSet, context, most) <= most) return;
      context.reportError(
        new GraphQLError(
          `The operation${operation.name ? ` ${operation.name.value}` : ''} selects more than ${most} fields and fragments, its named fragments written out. Ask for less at once.`,
          { nodes: [operation] },
        ),
      );
    },
  });

function countSelections(root: SelectionSetNode, context: ValidationContext, most: number): number {
  const known = new Map<FragmentDefinitionNode, number>();
  const open = new Set<FragmentDefinitionNode>();

  function count({ selections }: SelectionSetNode): number {
    let sum = 0;
    for (const selection of selections) {
      sum += 1;
      if (selection.kind === Kind.FRAGMENT_SPREAD) sum += countFragment(selection.name.value);
      else if (selection.selectionSet) sum += count(selection.selectionSet);
      if (sum > most) return sum;
    }
    return sum;
  }

  function countFragment(name: string): number {
    const fragment = context.getFragment(name);
    // One that is missing, or within itself, is the matter of another rule.
    if (!fragment || open.has(fragment)) return 0;
    const counted = known.get(fragment);
    if (counted !== undefined) return counted;
    open.add(fragment);
    const sum = count(fragment.selectionSet);
    open.delete(fragment);
    known.set(fragment, sum);
    return sum;
  }

  return count(root);
}
