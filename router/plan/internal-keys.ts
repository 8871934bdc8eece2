import { Kind, print, visit } from 'graphql';
import type { DocumentNode, FieldNode } from 'graphql';

/**
 * The key under which a field is kept while the operation runs. Its name, unless the client gave it arguments or an alias: then
 * a key that stands for this field with these arguments. So a client's alias or arguments can never meet a key or a `@requires`
 * field that the planner fetches beside it, and the same field asked twice with the same arguments is fetched once.
 */
export interface InternalKeys {
  keyOf(field: FieldNode): string;
  /** The document that is planned: every field under its internal key. */
  readonly document: DocumentNode;
}

const prefix = 'client_';
export const internalVariable = (name: string): string => `${prefix}${name}`;
export const clientVariable = (name: string): string => name.slice(prefix.length);

/** Names of fields that some `@requires` asks with arguments: under their bare name stands that value, not the client's. */
export const fieldsRequiredWithArguments = (supergraphSdl: string): ReadonlySet<string> =>
  new Set(
    [...supergraphSdl.matchAll(/requires: "((?:[^"\\]|\\.)*)"/g)].flatMap(([, fields = '']) =>
      [...fields.matchAll(/(\w+)\s*\(/g)].map(([, name = '']) => name),
    ),
  );

export function assignInternalKeys(document: DocumentNode, requiredWithArguments: ReadonlySet<string>): InternalKeys {
  const keys = new Map<string, string>();
  const keyOf = (field: FieldNode): string => {
    const name = field.name.value;
    const hasArguments = (field.arguments?.length ?? 0) > 0;
    // An alias alone needs no key of its own: the field's value is the same under its name.
    if (name.startsWith('__') || (!hasArguments && !requiredWithArguments.has(name))) return name;
    const identity = `${name}(${[...(field.arguments ?? [])].map(print).sort().join(',')})`;
    const known = keys.get(identity);
    if (known) return known;
    const key = `${name}__${keys.size}`;
    keys.set(identity, key);
    return key;
  };
  return {
    keyOf,
    document: visit(document, {
      // A name would make the planner number its operations, and equal ones would differ.
      [Kind.OPERATION_DEFINITION]: ({ name: _name, ...operation }) => operation,
      // The planner names variables of its own, such as `representations`.
      [Kind.VARIABLE]: (node) => ({ ...node, name: { ...node.name, value: internalVariable(node.name.value) } }),
      [Kind.FIELD]: {
        enter(field) {
          const key = keyOf(field);
          const { alias: _alias, ...rest } = field;
          return key === field.name.value ? rest : { ...rest, alias: { kind: Kind.NAME, value: key } };
        },
      },
    }),
  };
}
