import { Kind } from 'graphql';
import type { ConstDirectiveNode, ConstValueNode } from 'graphql';
import type { SecurityDirectives } from './security-features.ts';

/** What one directive says. `anyOf`: alternatives, and what each of them needs together, an OR of ANDs. */
export type Requirement =
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'scopes'; readonly anyOf: readonly (readonly string[])[] }
  | { readonly kind: 'policies'; readonly anyOf: readonly (readonly string[])[] };

/**
 * @param at type or field that it is said of, for the error
 * @returns null for a directive that requires nothing
 * @throws when it has no alternative, or one that needs nothing: it would protect nothing, and look as if it did
 */
export function readRequirement(at: string, node: ConstDirectiveNode, directives: SecurityDirectives): Requirement | null {
  const name = node.name.value;
  if (name === directives.authenticated) return { kind: 'authenticated' };
  const kind = name === directives.requiresScopes ? 'scopes' : name === directives.policy ? 'policies' : null;
  if (!kind) return null;
  const value = node.arguments?.find((argument) => argument.name.value === kind)?.value;
  const anyOf = listItems(value).map((alternative) => listItems(alternative).map((item) => textOf(at, item)));
  if (anyOf.length === 0 || anyOf.some((alternative) => alternative.length === 0))
    throw new Error(
      `The supergraph cannot be served: @${name} of ${at} has an alternative that needs nothing. Name what it needs, or remove it.`,
    );
  return { kind, anyOf };
}

const listItems = (value: ConstValueNode | undefined): readonly ConstValueNode[] =>
  value?.kind === Kind.LIST ? value.values : value ? [value] : [];

function textOf(at: string, value: ConstValueNode): string {
  if (value.kind !== Kind.STRING) throw new Error(`The supergraph cannot be served: a requirement of ${at} is no text.`);
  return value.value;
}
