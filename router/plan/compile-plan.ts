import type { FetchDataRewrite, FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import { Kind, parse } from 'graphql';
import type { FieldNode, GraphQLSchema, SelectionSetNode } from 'graphql';
import { clientVariable } from './internal-keys.ts';
import { compileProjector, type Projector } from './projector.ts';
import type { SubgraphOperation } from '../transport.ts';
import { mergeEntityFetches, type MergedDocument } from './merge-fetches.ts';

/** One request to one subgraph. */
export interface FetchStep {
  readonly kind: 'fetch';
  readonly service: string;
  readonly operation: SubgraphOperation;
  /** `{"query":"…","operationName":"…","variables":`, to which the variables and `}` are added. */
  readonly bodyPrefix: string;
  /** Variables of the client that it needs, under the names they have in the request. */
  readonly variables: readonly { readonly name: string; readonly clientName: string }[];
  /** What it adds at the root of the answer; null for a request of entities. */
  readonly root: RootPart | null;
  /** Entities it asks for, one part per place in the answer. */
  readonly entities: readonly EntityPart[];
}

export interface RootPart {
  readonly outputRewrites: readonly FetchDataRewrite[];
  /** Keys of the root fields: what stays empty when the request fails. */
  readonly keys: readonly string[];
}

export interface EntityPart {
  /** Where the entities are: keys, and `@` for the items of a list. Several places that ask the same are one part. */
  readonly paths: readonly (readonly string[])[];
  readonly project: Projector;
  /** Name of the variable that carries the representations. */
  readonly variable: string;
  /** Key of the answer's list of entities. */
  readonly key: string;
  readonly outputRewrites: readonly FetchDataRewrite[];
  /** What stays empty when the request fails, by type condition. */
  readonly keysByType: readonly { readonly type: string; readonly keys: readonly string[] }[];
}

export type Step =
  | FetchStep
  | { readonly kind: 'sequence' | 'parallel'; readonly steps: readonly Step[] }
  | { readonly kind: 'condition'; readonly variable: string; readonly ifTrue: Step | null; readonly ifFalse: Step | null };

/** @param schema the supergraph's schema: representations depend on its types, visible to clients or not */
export function compilePlan(plan: QueryPlan, schema: GraphQLSchema): Step | null {
  if (!plan.node) return null;
  if (plan.node.kind === 'Subscription') throw new TypeError('subscriptions are not executed here');
  return compileNode(plan.node, [], schema);
}

function compileNode(node: PlanNode, path: readonly string[], schema: GraphQLSchema): Step {
  switch (node.kind) {
    case 'Sequence':
      return { kind: 'sequence', steps: node.nodes.map((inner) => compileNode(inner, path, schema)) };
    case 'Parallel':
      return { kind: 'parallel', steps: mergeSameStage(node.nodes.map((inner) => compileNode(inner, path, schema))) };
    case 'Flatten':
      return compileNode(node.node, [...path, ...node.path.map(String)], schema);
    case 'Fetch':
      return compileFetch(node, path, schema);
    case 'Condition':
      return {
        kind: 'condition',
        variable: clientVariable(node.condition),
        ifTrue: node.ifClause ? compileNode(node.ifClause, path, schema) : null,
        ifFalse: node.elseClause ? compileNode(node.elseClause, path, schema) : null,
      };
    case 'Defer':
      throw new TypeError('@defer is not planned here');
    default:
      throw new TypeError('the planner gave a step that is not known here');
  }
}

interface FetchSource {
  readonly step: FetchStep;
  /** The planner's selection and rewrites: with the body all that makes two requests equal. */
  readonly requires: unknown;
  readonly document: MergedDocument;
}

const sources = new WeakMap<FetchStep, FetchSource>();

function compileFetch(node: FetchNode, path: readonly string[], schema: GraphQLSchema): FetchStep {
  const outputRewrites = node.outputRewrites ?? [];
  const selections = topSelections(node.operation);
  const base = {
    kind: 'fetch' as const,
    service: node.serviceName,
    bodyPrefix: bodyPrefix(node.operation, node.operationName),
    variables: (node.variableUsages ?? []).map((name) => ({ name, clientName: clientVariable(name) })),
    operation: { kind: node.operationKind, query: node.operation, operationName: node.operationName },
  };
  if (!node.requires) {
    return { ...base, root: { outputRewrites, keys: keysOf(selections) }, entities: [] };
  }
  const entities = selections.selections.find(
    (selection): selection is FieldNode => selection.kind === Kind.FIELD && selection.name.value === '_entities',
  );
  const step: FetchStep = {
    ...base,
    root: null,
    entities: [
      {
        paths: [path],
        project: compileProjector(node.requires, node.inputRewrites ?? [], schema),
        variable: 'representations',
        key: '_entities',
        outputRewrites,
        keysByType: keysByType(entities?.selectionSet),
      },
    ],
  };
  sources.set(step, {
    step,
    requires: [node.requires, node.inputRewrites, node.outputRewrites],
    document: { operation: node.operation, operationName: node.operationName },
  });
  return step;
}

/** Requests of entities to one subgraph that start together go out as one. */
function mergeSameStage(steps: readonly Step[]): Step[] {
  const merged: Step[] = [];
  const byService = new Map<string, FetchSource[]>();
  for (const step of steps) {
    const source = step.kind === 'fetch' ? sources.get(step) : undefined;
    if (!source) merged.push(step);
    else byService.set(source.step.service, [...(byService.get(source.step.service) ?? []), source]);
  }
  for (const group of byService.values()) {
    const [only] = group;
    if (group.length === 1 && only) merged.push(only.step);
    else merged.push(...mergeGroup(group));
  }
  return merged;
}

function mergeGroup(all: readonly FetchSource[]): FetchStep[] {
  const group = joinEqual(all);
  if (group.length === 1 && group[0]) return [group[0].step];
  const document = mergeEntityFetches(group.map((source) => source.document));
  if (!document) return group.map(({ step }) => step);
  const [first] = group;
  if (!first) return [];
  return [
    {
      ...first.step,
      operation: { kind: 'query', query: document.operation, operationName: document.operationName },
      bodyPrefix: bodyPrefix(document.operation, document.operationName),
      variables: [...new Map(group.flatMap(({ step }) => step.variables).map((variable) => [variable.name, variable])).values()],
      entities: group.flatMap(({ step }, index) =>
        step.entities.map((part) => ({ ...part, variable: `representations${index}`, key: `_entities${index}` })),
      ),
    },
  ];
}

/** The same request for entities at different places: one list of representations, so that none is asked twice. */
function joinEqual(group: readonly FetchSource[]): FetchSource[] {
  const byRequest = new Map<string, FetchSource>();
  for (const source of group) {
    const { step } = source;
    const identity = `${step.bodyPrefix} ${JSON.stringify(source.requires)}`;
    const known = byRequest.get(identity);
    const [part, knownPart] = [step.entities[0], known?.step.entities[0]];
    if (!known || !part || !knownPart) byRequest.set(identity, source);
    else
      byRequest.set(identity, {
        ...known,
        step: { ...known.step, entities: [{ ...knownPart, paths: [...knownPart.paths, ...part.paths] }] },
      });
  }
  return [...byRequest.values()];
}

const bodyPrefix = (query: string, operationName: string | undefined): string =>
  `{"query":${JSON.stringify(query)},${operationName ? `"operationName":${JSON.stringify(operationName)},` : ''}"variables":`;

function topSelections(operation: string): SelectionSetNode {
  const [definition] = parse(operation, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new TypeError('a fetch is no operation');
  return definition.selectionSet;
}

const keysOf = ({ selections }: SelectionSetNode): string[] =>
  selections.flatMap((selection): string[] => {
    if (selection.kind === Kind.FIELD) return selection.name.value === '__typename' ? [] : [(selection.alias ?? selection.name).value];
    return selection.kind === Kind.INLINE_FRAGMENT ? keysOf(selection.selectionSet) : [];
  });

const keysByType = (set: SelectionSetNode | undefined): EntityPart['keysByType'] =>
  (set?.selections ?? []).flatMap((selection) =>
    selection.kind === Kind.INLINE_FRAGMENT && selection.typeCondition
      ? [{ type: selection.typeCondition.name.value, keys: keysOf(selection.selectionSet) }]
      : [],
  );
