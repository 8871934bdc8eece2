import {
  getDirectiveValues,
  getNamedType,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isUnionType,
  Kind,
  visit,
} from 'graphql';
import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLObjectType,
  GraphQLOutputType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionNode,
  SelectionSetNode,
} from 'graphql';

/** What the client asked of objects: for each concrete type the fields in their order. */
export interface Shape {
  /** The type of the objects; for an abstract one `__typename` of each decides. */
  readonly typeName: string;
  readonly kind: 'object' | 'interface' | 'union';
  /** Null when the type is not one that can stand here. */
  fieldsOf(typeName: string): readonly ShapeField[] | null;
  /** All concrete types that can stand here. */
  readonly possibleTypes: readonly string[];
}

export interface ShapeField {
  readonly responseKey: string;
  readonly internalKey: string;
  /** `__typename`, or `__schema` and `__type` at the root: answered without a subgraph. */
  readonly meta: 'typename' | 'introspection' | null;
  readonly type: GraphQLOutputType;
  readonly shape: Shape | null;
}

export interface ShapeSource {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly keyOf: (field: FieldNode) => string;
}

/** Compiles the client's selection for one outcome of its `@skip` and `@include` conditions. Types are compiled when they are met. */
export function compileShape(source: ShapeSource, rootType: GraphQLObjectType, variables: Readonly<Record<string, unknown>>): Shape {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of source.document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const included = (selection: SelectionNode): boolean =>
    getDirectiveValues(GraphQLSkipDirective, selection, variables)?.['if'] !== true &&
    getDirectiveValues(GraphQLIncludeDirective, selection, variables)?.['if'] !== false;

  function shapeOf(type: GraphQLOutputType, sets: readonly SelectionSetNode[]): Shape {
    const named = getNamedType(type);
    const byType = new Map<string, readonly ShapeField[] | null>();
    const possible = isAbstractType(named) ? source.schema.getPossibleTypes(named) : isObjectType(named) ? [named] : [];
    const names = possible.map(({ name }) => name);
    return {
      typeName: named.name,
      kind: isInterfaceType(named) ? 'interface' : isUnionType(named) ? 'union' : 'object',
      possibleTypes: names,
      fieldsOf(typeName) {
        const known = byType.get(typeName);
        if (known !== undefined) return known;
        const object = possible.find(({ name }) => name === typeName);
        const fields = object ? fieldsOf(object, sets) : null;
        byType.set(typeName, fields);
        return fields;
      },
    };
  }

  function fieldsOf(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): ShapeField[] {
    const nodes = new Map<string, FieldNode[]>();
    for (const set of sets) collect(type, set, nodes);
    return [...nodes].flatMap(([responseKey, [first, ...others]]): ShapeField[] => {
      if (!first) return [];
      const name = first.name.value;
      if (name === '__typename') return [{ responseKey, internalKey: name, meta: 'typename', type, shape: null }];
      if (name === '__schema' || name === '__type')
        return [{ responseKey, internalKey: responseKey, meta: 'introspection', type, shape: null }];
      const field = type.getFields()[name];
      if (!field) return [];
      const inner = [first, ...others].flatMap(({ selectionSet }) => selectionSet ?? []);
      return [
        {
          responseKey,
          internalKey: source.keyOf(first),
          meta: null,
          type: field.type,
          shape: isLeafType(getNamedType(field.type)) ? null : shapeOf(field.type, inner),
        },
      ];
    });
  }

  function collect(type: GraphQLObjectType, set: SelectionSetNode, nodes: Map<string, FieldNode[]>): void {
    for (const selection of set.selections) {
      if (!included(selection)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        nodes.set(key, [...(nodes.get(key) ?? []), selection]);
        continue;
      }
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      if (fragment && applies(type, fragment.typeCondition?.name.value)) collect(type, fragment.selectionSet, nodes);
    }
  }

  function applies(type: GraphQLObjectType, condition: string | undefined): boolean {
    if (condition === undefined || condition === type.name) return true;
    const conditional = source.schema.getType(condition);
    return isAbstractType(conditional) && source.schema.isSubType(conditional, type);
  }

  return shapeOf(rootType, [source.operation.selectionSet]);
}

/** Names of the variables on which the operation's `@skip` and `@include` depend. */
export function conditionVariables(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive({ name, arguments: given = [] }) {
      if (name.value !== 'skip' && name.value !== 'include') return;
      for (const { value } of given) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names].sort();
}
