import { getNamedType, isAbstractType, isInterfaceType, isObjectType, Kind, visit } from 'graphql';
import type {
  ASTNode,
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLNamedType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionNode,
  SelectionSetNode,
} from 'graphql';
import type { Requirements } from './requirements.ts';

/** An operation as far as a caller has a right to it. */
export interface AuthorizedOperation {
  /** The operation and its fragments without the fields that the caller has no right to. */
  readonly document: DocumentNode;
  /** Those fields, as they stand in the whole document. */
  readonly refused: ReadonlySet<FieldNode>;
  /** One of them that stands at the root: its key in the answer. */
  readonly refusedRoot: string | null;
  /** Types of which the caller may have no object, where one could stand among objects of other types. */
  readonly refusedTypes: ReadonlySet<string>;
}

interface Visitor {
  /** @returns false to leave out the field and what is below it */
  field(parent: GraphQLNamedType, node: FieldNode): boolean;
  /** Objects of these types can stand at the field. */
  possible(types: readonly GraphQLNamedType[]): void;
}

/** What the client did not ask for, and the executor must know. */
const typenameField: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/** Takes out of a document what a caller has no right to. @param isOpen whether all of these requirements are met */
export function authorize(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  {
    schema,
    requirements,
    isOpen,
  }: { readonly schema: GraphQLSchema; readonly requirements: Requirements; readonly isOpen: (keys: ReadonlySet<string>) => boolean },
): AuthorizedOperation {
  const refused = new Set<FieldNode>();
  const refusedTypes = new Set<string>();
  const root = schema.getRootType(operation.operation);
  let refusedRoot: string | null = null;
  const walk = walker(schema, {
    field(parent, node) {
      const open = isOpen(requirements.ofField(parent.name, node.name.value));
      if (!open) refused.add(node);
      if (!open && parent === root) refusedRoot ??= (node.alias ?? node.name).value;
      return open;
    },
    possible(types) {
      for (const { name } of types) if (!isOpen(requirements.ofType(name))) refusedTypes.add(name);
    },
  });
  const definitions = [
    { ...operation, selectionSet: walk(operation.selectionSet, root) },
    ...fragmentsOf(document, operation).map((fragment) => ({
      ...fragment,
      selectionSet: walk(fragment.selectionSet, typeOfFragment(schema, fragment)),
    })),
  ];
  return { document: { kind: Kind.DOCUMENT, definitions }, refused, refusedRoot, refusedTypes };
}

/** The requirements of all that an operation can reach. */
export function neededBy(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  schema: GraphQLSchema,
  requirements: Requirements,
): ReadonlySet<string> {
  const needed = new Set<string>();
  const add = (keys: ReadonlySet<string>): void => {
    for (const key of keys) needed.add(key);
  };
  const walk = walker(schema, {
    field(parent, node) {
      add(requirements.ofField(parent.name, node.name.value));
      return true;
    },
    possible(types) {
      for (const { name } of types) add(requirements.ofType(name));
    },
  });
  const root = schema.getRootType(operation.operation);
  if (!root) return needed; // refused when it is planned
  walk(operation.selectionSet, root);
  for (const fragment of fragmentsOf(document, operation)) walk(fragment.selectionSet, typeOfFragment(schema, fragment));
  return needed;
}

type Walk = (set: SelectionSetNode, parent: GraphQLNamedType | null | undefined) => SelectionSetNode;

/** Copies a selection without what the visitor leaves out. Never empty: at least `__typename` is asked, so that an object is known to be there. */
function walker(schema: GraphQLSchema, visitor: Visitor): Walk {
  const walk: Walk = (set, parent) => {
    if (!parent) throw new TypeError('a type of the document is missing, and nobody noticed before');
    const selections = set.selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return [selection];
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const type = selection.typeCondition ? schema.getType(selection.typeCondition.name.value) : parent;
        return [{ ...selection, selectionSet: walk(selection.selectionSet, type) }];
      }
      if (selection.name.value.startsWith('__')) return [selection];
      if (!visitor.field(parent, selection)) return [];
      if (!selection.selectionSet) return [selection];
      const type = typeOfField(parent, selection);
      const inner = walk(selection.selectionSet, type);
      if (!isAbstractType(type)) return [{ ...selection, selectionSet: inner }];
      visitor.possible(schema.getPossibleTypes(type));
      // Which fields are refused can depend on the type of each object.
      return [{ ...selection, selectionSet: { ...inner, selections: [typenameField, ...inner.selections] } }];
    });
    return { ...set, selections: selections.length > 0 ? selections : [typenameField] };
  };
  return walk;
}

const typeOfFragment = (schema: GraphQLSchema, { typeCondition }: FragmentDefinitionNode) => schema.getType(typeCondition.name.value);

function typeOfField(parent: GraphQLNamedType, { name }: FieldNode): GraphQLNamedType | undefined {
  const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name.value] : undefined;
  return field && getNamedType(field.type);
}

/** The fragments that an operation spreads, those within them included. */
function fragmentsOf(document: DocumentNode, operation: OperationDefinitionNode): readonly FragmentDefinitionNode[] {
  const found = new Set<FragmentDefinitionNode>();
  const look = (node: ASTNode): void => {
    visit(node, {
      FragmentSpread({ name }) {
        for (const definition of document.definitions) {
          if (definition.kind !== Kind.FRAGMENT_DEFINITION || definition.name.value !== name.value || found.has(definition)) continue;
          found.add(definition);
          look(definition);
        }
      },
    });
  };
  look(operation);
  return [...found];
}
