import {
  getDirectiveValues,
  getNamedType,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  Kind,
  print,
  visit,
} from 'graphql';
import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLNamedType,
  GraphQLObjectType,
  GraphQLOutputType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionNode,
  SelectionSetNode,
} from 'graphql';
import { laterLabel } from './defer.ts';
import { leafWriter, type LeafWriter } from './leaf-writer.ts';

/** What the client asked of objects: for each concrete type the fields in their order. */
export interface Shape {
  /** The type of the objects; for an abstract one `__typename` of each decides. */
  readonly typeName: string;
  readonly kind: 'object' | 'interface' | 'union';
  /** Null when the type is not one that can stand here. */
  fieldsOf(typeName: string): readonly ShapeField[] | null;
  /** Selections on objects of this type that come later (`@defer`). */
  laterOf(typeName: string): readonly LaterShape[];
  /** All concrete types that can stand here. */
  readonly possibleTypes: readonly string[];
  /** Those of which the caller may have no object; null when there are none. */
  readonly refusedTypes: ReadonlySet<string> | null;
}

/** A selection that comes later, on objects that the answer holds already. */
export interface LaterShape {
  readonly label: string;
  readonly shape: Shape;
}

export interface ShapeField {
  readonly responseKey: string;
  /** `"responseKey":`, and the same after a comma. */
  readonly prefix: string;
  readonly nextPrefix: string;
  readonly internalKey: string;
  /** Every object has something under this key, its own or not. */
  readonly isInherited: boolean;
  /** Any string is a value of it: the most common case, written without a detour. */
  readonly isString: boolean;
  /** `__typename`, or `__schema` and `__type` at the root: answered without a subgraph. Unauthorized: not answered, whatever was fetched for others. */
  readonly meta: 'typename' | 'introspection' | 'unauthorized' | null;
  readonly value: ShapeValue;
  /** What stands in the value's objects; null for a leaf. */
  readonly shape: Shape | null;
}

/** What may stand at a place, by its type. */
export type ShapeValue =
  | { readonly kind: 'leaf'; readonly nonNull: boolean; readonly write: LeafWriter }
  | { readonly kind: 'list'; readonly nonNull: boolean; readonly item: ShapeValue }
  | { readonly kind: 'object'; readonly nonNull: boolean; readonly shape: Shape };

export interface ShapeSource {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly keyOf: (field: FieldNode) => string;
  /** Fields and types that the caller has no right to: see authorization/authorized-operation.ts. */
  readonly refused: ReadonlySet<FieldNode>;
  readonly refusedTypes: ReadonlySet<string>;
}

interface Selected {
  readonly fields: readonly ShapeField[];
  readonly later: readonly LaterShape[];
}

interface Collected {
  readonly nodes: Map<string, FieldNode[]>;
  readonly later: Map<string, SelectionSetNode[]>;
}

const none: readonly LaterShape[] = [];

/** Compiles the client's selection for one outcome of its `@skip` and `@include` conditions. Types are compiled when they are met. */
export function compileShape(source: ShapeSource, rootType: GraphQLObjectType, variables: Readonly<Record<string, unknown>>): Shape {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of source.document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const included = (selection: SelectionNode): boolean =>
    getDirectiveValues(GraphQLSkipDirective, selection, variables)?.['if'] !== true &&
    getDirectiveValues(GraphQLIncludeDirective, selection, variables)?.['if'] !== false;

  /** By type and selection as written: where the same is selected it is one shape, and the text of an object serves at each such place. */
  const shapes = new Map<string, Shape>();

  function shapeOf(type: GraphQLOutputType, sets: readonly SelectionSetNode[]): Shape {
    const named = getNamedType(type);
    const identity = `${named.name} ${sets.map(print).join(' ')}`;
    const known = shapes.get(identity) ?? newShape(named, sets);
    shapes.set(identity, known);
    return known;
  }

  function newShape(named: GraphQLNamedType, sets: readonly SelectionSetNode[]): Shape {
    const byType = new Map<string, Selected | null>();
    const possible = isAbstractType(named) ? source.schema.getPossibleTypes(named) : isObjectType(named) ? [named] : [];
    const names = possible.map(({ name }) => name);
    const refusedTypes = isAbstractType(named) ? names.filter((name) => source.refusedTypes.has(name)) : [];
    return {
      typeName: named.name,
      kind: isInterfaceType(named) ? 'interface' : isUnionType(named) ? 'union' : 'object',
      possibleTypes: names,
      refusedTypes: refusedTypes.length > 0 ? new Set(refusedTypes) : null,
      fieldsOf: (typeName) => selectedOf(typeName)?.fields ?? null,
      laterOf: (typeName) => selectedOf(typeName)?.later ?? none,
    };

    function selectedOf(typeName: string): Selected | null {
      const known = byType.get(typeName);
      if (known !== undefined) return known;
      const object = possible.find(({ name }) => name === typeName);
      if (!object) return null;
      const selected = selectOn(object, sets);
      byType.set(typeName, selected);
      return selected;
    }
  }

  function selectOn(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): Selected {
    const collected: Collected = { nodes: new Map(), later: new Map() };
    for (const set of sets) collect(type, set, collected);
    return {
      fields: fieldsOf(type, collected.nodes),
      later: [...collected.later].map(([label, later]) => ({ label, shape: shapeOf(type, later) })),
    };
  }

  function fieldsOf(type: GraphQLObjectType, nodes: Collected['nodes']): ShapeField[] {
    return [...nodes].flatMap(([responseKey, [first, ...others]]): ShapeField[] => {
      if (!first) return [];
      const name = first.name.value;
      const key = { responseKey, prefix: `"${responseKey}":`, nextPrefix: `,"${responseKey}":` };
      if (name === '__typename') return [{ ...key, ...notFetched, internalKey: name, meta: 'typename' }];
      if (name === '__schema' || name === '__type') return [{ ...key, ...notFetched, internalKey: responseKey, meta: 'introspection' }];
      const field = type.getFields()[name];
      if (!field) return [];
      // Refused where it is selected once without a right: there is one value, and the client is told.
      if ([first, ...others].some((node) => source.refused.has(node)))
        return [{ ...key, ...notFetched, internalKey: responseKey, meta: 'unauthorized', value: nothing(isNonNullType(field.type)) }];
      const inner = [first, ...others].flatMap(({ selectionSet }) => selectionSet ?? []);
      const shape = isLeafType(getNamedType(field.type)) ? null : shapeOf(field.type, inner);
      const internalKey = source.keyOf(first);
      const value = valueOf(field.type, shape);
      const isString = value.kind === 'leaf' && ['String', 'ID'].includes(getNamedType(field.type).name);
      return [{ ...key, internalKey, isInherited: internalKey in Object.prototype, isString, meta: null, value, shape }];
    });
  }

  function collect(type: GraphQLObjectType, set: SelectionSetNode, collected: Collected): void {
    for (const selection of set.selections) {
      if (!included(selection)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        collected.nodes.set(key, [...(collected.nodes.get(key) ?? []), selection]);
        continue;
      }
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      if (!fragment || !applies(type, fragment.typeCondition?.name.value)) continue;
      const label = laterLabel(selection);
      if (label === null) collect(type, fragment.selectionSet, collected);
      else collected.later.set(label, [...(collected.later.get(label) ?? []), fragment.selectionSet]);
    }
  }

  function applies(type: GraphQLObjectType, condition: string | undefined): boolean {
    if (condition === undefined || condition === type.name) return true;
    const conditional = source.schema.getType(condition);
    return isAbstractType(conditional) && source.schema.isSubType(conditional, type);
  }

  return shapeOf(rootType, [source.operation.selectionSet]);
}

const nothing = (nonNull: boolean): ShapeValue => ({ kind: 'leaf', nonNull, write: () => false });

/** Of what is answered without a subgraph: nobody looks at its value. */
const notFetched = { isInherited: false, isString: false, value: nothing(false), shape: null } as const;

function valueOf(type: GraphQLOutputType, shape: Shape | null): ShapeValue {
  const nonNull = isNonNullType(type);
  const nullable = isNonNullType(type) ? type.ofType : type;
  if (isListType(nullable)) return { kind: 'list', nonNull, item: valueOf(nullable.ofType, shape) };
  if (isLeafType(nullable)) return { kind: 'leaf', nonNull, write: leafWriter(nullable) };
  if (!shape) throw new TypeError('an object without a selection');
  return { kind: 'object', nonNull, shape };
}

/** Names of the variables on which the operation's conditions depend. */
export function conditionVariables(document: DocumentNode, directives: readonly string[] = ['skip', 'include']): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive({ name, arguments: given = [] }) {
      if (!directives.includes(name.value)) return;
      for (const { value } of given) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names].sort();
}
