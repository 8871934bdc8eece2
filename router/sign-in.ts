import { Kind } from 'graphql';
import type { DocumentNode, GraphQLError, OperationDefinitionNode, SelectionSetNode } from 'graphql';
import type { Caller } from '#chassis/caller.ts';
import { unauthenticated } from './client-errors.ts';

/** What a client must be signed in for; `data`: for all but reading the schema. */
export type SignInFor = 'everything' | 'data' | 'nothing';

/** The refusal of an operation for which its caller must be signed in; null when it may go on. */
export type SignIn = (caller: Caller | null, operation: OperationDefinitionNode | undefined, document: DocumentNode) => GraphQLError | null;

export const signInFor =
  (what: SignInFor): SignIn =>
  (caller, operation, document) => {
    if (caller || what === 'nothing') return null;
    if (what === 'data' && operation && asksForSchemaOnly(operation, document)) return null;
    return unauthenticated('Sign in first: send "Authorization: Bearer" and a token.');
  };

/** Only `__schema`, `__type` and `__typename` at the root: nothing that belongs to anyone. */
export function asksForSchemaOnly(operation: OperationDefinitionNode, document: DocumentNode): boolean {
  const only = (set: SelectionSetNode): boolean =>
    set.selections.every((selection) => {
      if (selection.kind === Kind.FIELD) return selection.name.value.startsWith('__');
      if (selection.kind === Kind.INLINE_FRAGMENT) return only(selection.selectionSet);
      const fragment = document.definitions.find(
        (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value,
      );
      return fragment?.kind === Kind.FRAGMENT_DEFINITION && only(fragment.selectionSet);
    });
  return only(operation.selectionSet);
}
