import { buildSchema, GraphQLError, GraphQLSchema, Kind, OperationTypeNode, print } from 'graphql';
import type { DefinitionNode, DocumentNode, FieldNode, GraphQLObjectType, OperationDefinitionNode, SelectionNode } from 'graphql';
import { createAuthorization, type Authorization } from '../authorization/authorization.ts';
import type { Rights } from '../authorization/rights.ts';
import { rolePolicies, type Policy } from '../authorization/role-policies.ts';
import { readSupergraph } from '../authorization/security-features.ts';
import { compilePlan, type Plan, type SubscriptionPlan } from './compile-plan.ts';
import { deferDirective, resolveDefer, usesDefer } from './defer.ts';
import { assignInternalKeys, fieldsRequiredWithArguments } from './internal-keys.ts';
import type { PlanOutcome, PlanSource } from './plan-source.ts';
import { conflictingRequires } from './required-arguments.ts';
import { compileShape, conditionVariables, type Shape } from './shape.ts';

/** All that is known of an operation before its variables: made once, used by every request that sends it. */
export interface CompiledOperation {
  /** Variables that decide what is selected: null is no answer to that. */
  readonly conditions: readonly string[];
  readonly operation: OperationDefinitionNode;
  /** Null when no subgraph is needed: only introspection or `__typename`, or nothing that the caller has a right to. */
  readonly plan: Plan | SubscriptionPlan | null;
  /** Of a subscription to whose one field the caller has no right: the key of that field. It does not begin. */
  readonly refusedRoot: string | null;
  /** The part of the document that graphql-js answers from the schema; null when there is none. */
  readonly introspection: DocumentNode | null;
  /** The labels of what comes later, ours and the client's. */
  readonly laterLabels: ReadonlyMap<string, string | undefined>;
  /** The client's selection under these variables. */
  shapeFor(variables: Readonly<Record<string, unknown>>): Shape;
}

/** One operation of a document that has been validated. */
export interface OperationToCompile {
  /** Names the document: the same for the same text. */
  readonly documentKey: string;
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  /** With defaults. Only those on which `@defer` depends are looked at. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Can the client take an answer in parts? */
  readonly inParts: boolean;
  /** What its caller has a right to, by `authorization` of the same planner. */
  readonly rights: Rights;
}

export interface PlannerOptions {
  readonly supergraphSdl: string;
  /** Of the same supergraph. */
  readonly plans: PlanSource;
  /** What `@policy` names; those of roles unless given. */
  readonly policies?: ReadonlyMap<string, Policy>;
  /** Operations kept compiled, one for each kind of rights to them; the least used one goes first. */
  readonly cacheSize?: number;
}

export type NotPlanned = Exclude<PlanOutcome, { readonly outcome: 'planned' }>;

export const isCompiled = (answer: CompiledOperation | NotPlanned): answer is CompiledOperation => !('outcome' in answer);

export interface Planner {
  /** Resolves when it can plan. */
  readonly ready: Promise<void>;
  /** The supergraph with everything in it, visible to clients or not. */
  readonly supergraphSchema: GraphQLSchema;
  /** What clients see. */
  readonly apiSchema: GraphQLSchema;
  readonly authorization: Authorization;
  /** At once when it is known. However many ask for the same operation meanwhile, it is planned once. */
  compile(operation: OperationToCompile): CompiledOperation | Promise<CompiledOperation | NotPlanned>;
  /** The operations that were asked for most lately, the latest first: what a new planner should know from its beginning. */
  latest(count: number): OperationToCompile[];
  /** A newer one takes its place. It still serves the requests that began with it. */
  retire(): void;
}

/** @throws when the supergraph cannot be served */
export function createPlanner({ supergraphSdl, plans, policies = rolePolicies, cacheSize = 1_000 }: PlannerOptions): Planner {
  const supergraph = readSupergraph(supergraphSdl);
  const supergraphSchema = supergraph.schema.toGraphQLJSSchema();
  const schemaWithDirectives = buildSchema(supergraphSdl, { assumeValid: true });
  const authorization = createAuthorization(supergraph, schemaWithDirectives, policies);
  const conflicts = conflictingRequires(schemaWithDirectives);
  if (conflicts.length > 0) throw new Error(`The supergraph cannot be served: ${conflicts.join(' ')}`);
  const apiSchema = withDefer(supergraph.apiSchema().toGraphQLJSSchema());
  const requiredWithArguments = fieldsRequiredWithArguments(supergraphSdl);
  const cache = new Map<string, { readonly request: OperationToCompile; readonly compiled: CompiledOperation }>();
  const underWay = new Map<string, Promise<CompiledOperation | NotPlanned>>();

  async function compile({
    document: whole,
    operationName,
    variables,
    inParts,
    rights,
  }: OperationToCompile): Promise<CompiledOperation | NotPlanned> {
    const asked = findOperation(whole, operationName);
    const { document, operation, labels } = usesDefer(whole)
      ? resolveDefer(whole, asked, variables, inParts)
      : { document: onlyOperation(whole, asked), operation: asked, labels: new Map<string, undefined>() };
    const rootType = rootTypeOf(apiSchema, operation);
    const authorized = authorization.authorize(document, operation, rights);
    const { refused, refusedTypes } = authorized;
    const keys = assignInternalKeys(authorized.document, requiredWithArguments);
    const refusedRoot = operation.operation === OperationTypeNode.SUBSCRIPTION ? authorized.refusedRoot : null;
    const planned = refusedRoot === null ? await plans.plan(print(keys.document)) : nothingToPlan;
    if (planned.outcome !== 'planned') return planned;
    const plan = compilePlan(planned.plan, { schema: supergraphSchema, operationName: operation.name?.value });
    const conditions = conditionVariables(document);
    const shapes = new Map<string, Shape>();
    return {
      conditions: conditionVariables(whole, ['skip', 'include', 'defer']),
      operation,
      plan,
      refusedRoot,
      introspection: introspectionOf(document, operation),
      laterLabels: labels,
      shapeFor(given) {
        const outcome = conditions.map((name) => (given[name] === true ? '1' : '0')).join('');
        const known = shapes.get(outcome);
        if (known) return known;
        const source = { schema: apiSchema, document, operation, refused, refusedTypes, keyOf: (field: FieldNode) => keys.keyOf(field) };
        const shape = compileShape(source, rootType, given);
        if (shapes.size < mostShapes) shapes.set(outcome, shape);
        return shape;
      },
    };
  }

  function compileOnce(key: string, request: OperationToCompile): Promise<CompiledOperation | NotPlanned> {
    const beingCompiled = underWay.get(key);
    if (beingCompiled) return beingCompiled;
    const compiling = compile(request)
      .then((compiled) => {
        if (isCompiled(compiled)) keep(key, request, compiled);
        return compiled;
      })
      .finally(() => underWay.delete(key));
    underWay.set(key, compiling);
    return compiling;
  }

  function keep(key: string, request: OperationToCompile, compiled: CompiledOperation): void {
    cache.set(key, { request: withoutValues(request), compiled });
    const [oldest] = cache.keys();
    if (cache.size > cacheSize && oldest !== undefined) cache.delete(oldest);
  }

  return {
    ready: plans.ready,
    supergraphSchema,
    apiSchema,
    authorization,
    compile(request) {
      const key = cacheKey(request);
      const known = cache.get(key);
      if (!known) return compileOnce(key, request);
      cache.delete(key);
      cache.set(key, known);
      return known.compiled;
    },
    retire: () => plans.retire(),
    latest: (count) =>
      [...cache.values()]
        .slice(-count)
        .reverse()
        .map(({ request }) => request),
  };
}

function cacheKey({ documentKey, document, operationName, variables, inParts, rights }: OperationToCompile): string {
  const conditions = deferConditions(document);
  const deferred = conditions === null ? '' : `${inParts} ${conditions.map((name) => variables[name] !== false).join()}`;
  return `${documentKey} ${operationName ?? ''} ${rights.key} ${deferred}`;
}

/** What stays in memory holds no more of a client's variables than plans depend on. */
function withoutValues(request: OperationToCompile): OperationToCompile {
  const names = deferConditions(request.document) ?? [];
  return { ...request, variables: Object.fromEntries(names.map((name) => [name, request.variables[name]])) };
}

const knownConditions = new WeakMap<DocumentNode, readonly string[] | null>();

/** The variables that decide what is deferred; null when nothing is. */
function deferConditions(document: DocumentNode): readonly string[] | null {
  const known = knownConditions.get(document);
  if (known !== undefined) return known;
  const found = usesDefer(document) ? conditionVariables(document, ['defer']) : null;
  knownConditions.set(document, found);
  return found;
}

/** The planner is given nothing that it need not read. */
const onlyOperation = ({ definitions }: DocumentNode, operation: OperationDefinitionNode): DocumentNode => ({
  kind: Kind.DOCUMENT,
  definitions: definitions.filter((definition) => definition === operation || definition.kind === Kind.FRAGMENT_DEFINITION),
});

function withDefer(schema: GraphQLSchema): GraphQLSchema {
  const config = schema.toConfig();
  return new GraphQLSchema({ ...config, directives: [...config.directives, deferDirective] });
}

const nothingToPlan: PlanOutcome = { outcome: 'planned', plan: { kind: 'QueryPlan' } };

/** Each condition doubles the shapes of an operation; beyond this many they are compiled for the request. */
const mostShapes = 64;

function findOperation({ definitions }: DocumentNode, operationName: string | null | undefined): OperationDefinitionNode {
  const operations = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const found = operationName ? operations.find(({ name }) => name?.value === operationName) : operations[0];
  if (!found) throw new TypeError('the operation was not found, and nobody noticed before');
  return found;
}

function rootTypeOf(schema: GraphQLSchema, { operation }: OperationDefinitionNode): GraphQLObjectType {
  const type = schema.getRootType(operation);
  if (!type)
    throw new GraphQLError(`The graph has no ${operation}s.`, { extensions: { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } } });
  return type;
}

/** The document with nothing at the root but `__schema` and `__type`; fragments at the root are looked into. */
function introspectionOf(document: DocumentNode, operation: OperationDefinitionNode): DocumentNode | null {
  const fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );
  const kept = (selections: readonly SelectionNode[]): SelectionNode[] =>
    selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.FIELD) return selection.name.value === '__schema' || selection.name.value === '__type' ? [selection] : [];
      const inner = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      const found = inner ? kept(inner.selectionSet.selections) : [];
      if (found.length === 0) return [];
      return [
        {
          kind: Kind.INLINE_FRAGMENT,
          ...(selection.directives && { directives: selection.directives }),
          selectionSet: { kind: Kind.SELECTION_SET, selections: found },
        },
      ];
    });
  const selections = kept(operation.selectionSet.selections);
  if (selections.length === 0) return null;
  const definitions = document.definitions.flatMap((definition): DefinitionNode[] => {
    if (definition === operation) return [{ ...operation, selectionSet: { ...operation.selectionSet, selections } }];
    return definition.kind === Kind.FRAGMENT_DEFINITION ? [definition] : [];
  });
  return { kind: Kind.DOCUMENT, definitions };
}
