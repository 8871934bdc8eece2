import {
  getNamedType,
  isCompositeType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  valueFromASTUntyped,
} from 'graphql';
import type {
  DirectiveNode,
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLField,
  GraphQLInputType,
  GraphQLNamedType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
  ValueNode,
} from 'graphql';
import type { CostRules, ListSize } from './cost-rules.ts';

type Values = Readonly<Record<string, unknown>>;

export interface OperationCost {
  /** What the operation may cost at most with these variables, as the client sent them. */
  readonly costOf: (variables: Values) => number;
  /** A field that lacks the one argument that says how long its list may be; null when none does. */
  readonly complaint: string | null;
}

/** A part of an operation: what it costs without variables, and what depends on them. */
type Cost = number | ((variables: Values) => number);

const usual = {
  /** An object has to be loaded, a value is in it. */
  object: 1,
  value: 0,
  /** A change costs a transaction, and the events that follow from it. */
  mutation: 10,
  /** Nobody said how long the list may be. */
  list: 20,
};

/**
 * Compiles the cost of an operation, before it is planned: the sum over its fields of the field's weight and that of what is below it,
 * times the length of the list (GraphQL Cost Directives specification, IBM). Where nobody can know, the dearer case counts: fragments on
 * several types are all added. Also right for a document that has not been validated: what the schema does not know costs nothing.
 */
export function compileCost(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  schema: GraphQLSchema,
  { weights, listSizes }: CostRules,
): OperationCost {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const open = new Set<string>();
  let complaint: string | null = null;

  /** @param sized lengths that the field around says of fields in here */
  function selectionCost(set: SelectionSetNode, type: GraphQLNamedType | undefined, sized: ReadonlyMap<string, Cost>): Cost {
    return sum(
      set.selections.map((selection): Cost => {
        if (selection.kind === Kind.FIELD) return ifIncluded(selection.directives, fieldCost(selection, type, sized));
        if (selection.kind === Kind.INLINE_FRAGMENT) {
          const on = selection.typeCondition ? schema.getType(selection.typeCondition.name.value) : type;
          return ifIncluded(selection.directives, selectionCost(selection.selectionSet, on, sized));
        }
        const name = selection.name.value;
        const fragment = fragments.get(name);
        if (!fragment || open.has(name)) return 0;
        open.add(name);
        const cost = selectionCost(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value), sized);
        open.delete(name);
        return ifIncluded(selection.directives, cost);
      }),
    );
  }

  function fieldCost(node: FieldNode, type: GraphQLNamedType | undefined, sized: ReadonlyMap<string, Cost>): Cost {
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[node.name.value] : undefined;
    if (!field || !type) return node.name.value.startsWith('__') && node.selectionSet ? usual.mutation : 0;
    const coordinate = `${type.name}.${field.name}`;
    const named = getNamedType(field.type);
    const rule = listSizes.get(coordinate);
    const length = rule ? lengthOf(rule, coordinate, node, field) : usual.list;
    const below = node.selectionSet
      ? selectionCost(node.selectionSet, named, new Map((rule?.sizedFields ?? []).map((name) => [name, length])))
      : 0;
    const each = sum([weights.get(coordinate) ?? weights.get(named.name) ?? usualWeight(type, named), below]);
    const isList = isListType(isNonNullType(field.type) ? field.type.ofType : field.type);
    const items = isList ? product(rule && rule.sizedFields.length === 0 ? length : (sized.get(field.name) ?? length), each) : each;
    return sum([
      items,
      ...field.args.map((argument) => argumentCost(`${coordinate}(${argument.name}:)`, argument.type, node, argument.name)),
    ]);
  }

  const usualWeight = (type: GraphQLNamedType, named: GraphQLNamedType): number => {
    if (type === schema.getMutationType()) return usual.mutation;
    return isCompositeType(named) ? usual.object : usual.value;
  };

  function argumentCost(coordinate: string, type: GraphQLInputType, node: FieldNode, name: string): Cost {
    const own = weights.get(coordinate) ?? weights.get(getNamedType(type).name) ?? 0;
    const given = node.arguments?.find((argument) => argument.name.value === name)?.value;
    if (!given) return 0;
    return sum([own, inputCost(given, type)]);
  }

  /** Of an input object the fields that have a weight. */
  function inputCost(node: ValueNode, type: GraphQLInputType): Cost {
    const named = getNamedType(type);
    if (!isInputObjectType(named) || !hasWeights(named)) return 0;
    const fields = named.getFields();
    const costOf = (value: unknown): number => {
      if (Array.isArray(value)) return value.reduce((total: number, item) => total + costOf(item), 0);
      if (typeof value !== 'object' || value === null) return 0;
      return Object.keys(value).reduce(
        (total, key) => total + (Object.hasOwn(fields, key) ? (weights.get(`${named.name}.${key}`) ?? 0) : 0),
        0,
      );
    };
    return (variables) => costOf(resolved(node, variables));
  }

  const hasWeights = (type: { readonly name: string; getFields(): object }): boolean =>
    Object.keys(type.getFields()).some((field) => weights.has(`${type.name}.${field}`));

  function lengthOf(rule: ListSize, coordinate: string, node: FieldNode, field: GraphQLField<unknown, unknown>): Cost {
    const assumed = rule.assumedSize ?? usual.list;
    if (rule.slicingArguments.length === 0) return assumed;
    if (rule.requireOneSlicingArgument && countGiven(rule.slicingArguments, node, field) !== 1)
      complaint ??= `Field "${coordinate}" needs exactly one of its arguments ${rule.slicingArguments.join(', ')}.`;
    const slices = rule.slicingArguments.map((path) => sliceOf(path, node, field));
    const longest = (variables: Values): number => {
      const given = slices.flatMap((slice) => slice(variables) ?? []);
      return given.length === 0 ? assumed : Math.max(...given);
    };
    const isFixed = !node.arguments?.some(({ value }) => hasVariable(value));
    return isFixed ? longest({}) : longest;
  }

  /** What a slicing argument says, the default of the schema where it is not given; null when it says nothing. */
  function sliceOf(path: string, node: FieldNode, field: GraphQLField<unknown, unknown>): (variables: Values) => number | null {
    const [name = '', ...rest] = path.split('.');
    const given = node.arguments?.find((argument) => argument.name.value === name)?.value;
    const usualValue = field.args.find((argument) => argument.name === name)?.defaultValue;
    return (variables) => {
      let value = given ? resolved(given, variables) : undefined;
      if (value === undefined) value = usualValue;
      for (const key of rest)
        value = typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Values)[key] : null;
      return typeof value === 'number' && Number.isFinite(value) ? Math.min(Math.max(0, value), longestList) : null;
    };
  }

  const defaults: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const { variable, defaultValue } of operation.variableDefinitions ?? [])
    if (defaultValue) defaults[variable.name.value] = valueFromASTUntyped(defaultValue);

  const resolved = (node: ValueNode, variables: Values): unknown => {
    if (node.kind === Kind.VARIABLE) {
      const name = node.name.value;
      return Object.hasOwn(variables, name) && variables[name] !== undefined ? variables[name] : defaults[name];
    }
    return valueFromASTUntyped(node, { ...defaults, ...variables });
  };

  const cost = selectionCost(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined, new Map());

  /** `@skip` and `@include`, as far as they are known. */
  function ifIncluded(directives: readonly DirectiveNode[] | undefined, inner: Cost): Cost {
    let included = inner;
    for (const directive of directives ?? []) {
      const wanted = directive.name.value === 'include' ? true : directive.name.value === 'skip' ? false : null;
      const condition = directive.arguments?.find(({ name }) => name.value === 'if')?.value;
      if (wanted === null || !condition) continue;
      const before = included;
      included = (variables) => (resolved(condition, variables) === !wanted ? 0 : valueOf(before, variables));
    }
    return included;
  }

  return { costOf: (variables) => valueOf(cost, variables), complaint };
}

/** Nothing becomes infinite: no list times infinity is no number, and no number is greater than a limit. */
const longestList = 1e9;
const dearest = 1e15;

/** How many of the arguments say something; one that the schema has a default for counts when no other is given. */
function countGiven(paths: readonly string[], node: FieldNode, field: GraphQLField<unknown, unknown>): number {
  const names = paths.map((path) => path.split('.', 1)[0]);
  const given = names.filter((name) =>
    node.arguments?.some((argument) => argument.name.value === name && argument.value.kind !== Kind.NULL),
  );
  if (given.length > 0) return given.length;
  return names.some((name) => field.args.find((argument) => argument.name === name)?.defaultValue !== undefined) ? 1 : 0;
}

const valueOf = (cost: Cost, variables: Values): number => (typeof cost === 'number' ? cost : cost(variables));

function sum(parts: readonly Cost[]): Cost {
  let fixed = 0;
  const variable: ((variables: Values) => number)[] = [];
  for (const part of parts)
    if (typeof part === 'number') fixed += part;
    else variable.push(part);
  const [only] = variable;
  if (!only) return fixed;
  if (variable.length === 1 && fixed === 0) return only;
  return (variables) => variable.reduce((total, part) => total + part(variables), fixed);
}

function product(times: Cost, each: Cost): Cost {
  if (typeof times === 'number' && typeof each === 'number') return Math.min(times * each, dearest);
  return (variables) => Math.min(valueOf(times, variables) * valueOf(each, variables), dearest);
}

const hasVariable = (node: ValueNode): boolean => {
  if (node.kind === Kind.VARIABLE) return true;
  if (node.kind === Kind.LIST) return node.values.some(hasVariable);
  return node.kind === Kind.OBJECT && node.fields.some(({ value }) => hasVariable(value));
};
