import { Kind, parse } from 'graphql';
import type { DocumentNode, FieldNode, OperationDefinitionNode, SelectionSetNode } from 'graphql';

/**
 * The answer of a subgraph that says `data` whatever it was asked: values are given by the name of the field and come under the response
 * key that the query gives it. Keys of `data` that the query does not name are said as well.
 */
export function literalAnswer(query: string, data: unknown): unknown {
  const document = parse(query);
  const operation = document.definitions.find((definition): definition is OperationDefinitionNode => 'operation' in definition);
  return operation ? said(data, operation.selectionSet, document) : data;
}

function said(value: unknown, set: SelectionSetNode | undefined, document: DocumentNode): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => said(item, set, document));
  if (!set || typeof value !== 'object' || value === null) return value;
  const fields = fieldsOf(set, document);
  const asked = new Set(fields.map(({ name }) => name.value));
  return Object.fromEntries([
    ...Object.entries(value).filter(([name]) => !asked.has(name)),
    ...fields.flatMap((field): [string, unknown][] => {
      const own = Object.getOwnPropertyDescriptor(value, field.name.value);
      return own ? [[(field.alias ?? field.name).value, said(own.value, field.selectionSet, document)]] : [];
    }),
  ]);
}

function fieldsOf(set: SelectionSetNode, document: DocumentNode): FieldNode[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) return fieldsOf(selection.selectionSet, document);
    const fragment = document.definitions.find(
      (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value,
    );
    return fragment?.kind === Kind.FRAGMENT_DEFINITION ? fieldsOf(fragment.selectionSet, document) : [];
  });
}
