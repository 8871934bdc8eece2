import type { FetchDataRewrite, FetchNode, QueryPlan } from '@apollo/query-planner';
import { Kind, parse } from 'graphql';
import type { FieldNode, GraphQLSchema, SelectionSetNode } from 'graphql';
import { groupBy } from '#chassis/group-by.ts';
import type { SubgraphOperation } from '../transport.ts';
import { dependenciesOf } from './dependencies.ts';
import { clientVariable } from './internal-keys.ts';
import { groupFetches, selectionIdentity, type FetchGroup } from './merge-fetches.ts';
import { createPlaces, type Place, type Places } from './places.ts';
import { listFetches, type Condition, type PlannedFetch } from './planned-fetches.ts';
import { compileRepresentation, type Representation } from './representation.ts';

/** All fetches of an operation. Each starts when those it waits for are done. */
export interface Plan {
  readonly steps: readonly FetchStep[];
  readonly places: readonly Place[];
  /** What is sent later than the first answer. */
  readonly later: readonly LaterPart[];
}

/** A part of the answer that the client lets come later (`@defer`). */
export interface LaterPart {
  readonly label: string;
  /** Steps that must be done before it can be sent. */
  readonly steps: readonly number[];
}

/** One request to one subgraph. */
export interface FetchStep {
  readonly service: string;
  readonly operation: SubgraphOperation;
  /** `{"query":"…","operationName":"…","variables":`, to which the variables and `}` are added. */
  readonly bodyPrefix: string;
  /** Variables of the client that it needs, under the names they have in the request. */
  readonly variables: readonly { readonly name: string; readonly clientName: string }[];
  readonly conditions: readonly Condition[];
  /** What it adds at the root of the answer; null for a request of entities. */
  readonly root: RootPart | null;
  /** Entities it asks for, one part per selection. */
  readonly entities: readonly EntityPart[];
  /** Indexes of the steps whose answers it needs, and of those that need its own. */
  readonly waitsFor: readonly number[];
  readonly unblocks: readonly number[];
  /** 0: the first answer waits for it. */
  readonly block: number;
}

export interface RootPart {
  readonly outputRewrites: readonly FetchDataRewrite[];
  /** Keys of the root fields: what it may write, and what stays empty when the request fails. */
  readonly keys: readonly string[];
}

export interface EntityPart {
  /** Where the entities are. Several places that ask the same are one part. */
  readonly places: readonly number[];
  /** Places below those: they are looked up anew when the entities have got their fields. */
  readonly below: readonly number[];
  readonly representation: Representation;
  /** Name of the variable that carries the representations. */
  readonly variable: string;
  /** Key of the answer's list of entities. */
  readonly key: string;
  readonly outputRewrites: readonly FetchDataRewrite[];
  /** What it may write, and what stays empty when the request fails, by type condition. */
  readonly keysByType: readonly { readonly type: string; readonly keys: readonly string[] }[];
}

/** The stream of a subscription, and what is fetched for each event. */
export interface SubscriptionPlan {
  readonly source: FetchStep;
  readonly rest: Plan | null;
}

export interface PlanContext {
  /** The supergraph's schema: representations depend on its types, visible to clients or not. */
  readonly schema: GraphQLSchema;
  /** The client's name of the operation, for the logs of subgraphs. */
  readonly operationName: string | undefined;
}

export function compilePlan(plan: QueryPlan, context: PlanContext): Plan | SubscriptionPlan | null {
  if (!plan.node) return null;
  if (plan.node.kind !== 'Subscription') return compileSteps(listFetches(plan.node), context);
  const { primary, rest } = plan.node;
  const source = compileSteps({ fetches: [lone(primary)], blocks: [] }, context).steps[0];
  if (!source) throw new TypeError('a subscription has no source');
  return { source, rest: rest ? compileSteps(listFetches(rest), context) : null };
}

const lone = (node: FetchNode): PlannedFetch => ({ node, path: [], conditions: [], after: [], depends: [], block: 0 });

function compileSteps({ fetches, blocks }: ReturnType<typeof listFetches>, context: PlanContext): Plan {
  const dependencies = dependenciesOf(fetches);
  const groups = groupFetches(fetches, dependencies);
  const places = createPlaces();
  const groupOf = new Map(groups.flatMap((group, step) => group.members.map((index) => [index, step] as const)));
  const stepsOf = (indexes: readonly number[]): number[] => [...new Set(indexes.flatMap((index) => groupOf.get(index) ?? []))];
  const waitsFor = groups.map(({ members }) => stepsOf(members.flatMap((index) => dependencies[index] ?? [])));
  const compiled = groups.map((group) => compileGroup(group, fetches, places, context));
  const steps = compiled.map((step, index): FetchStep => ({
    ...step,
    entities: step.entities.map((part) => ({ ...part, below: places.below(part.places) })),
    waitsFor: waitsFor[index] ?? [],
    unblocks: waitsFor.flatMap((needed, other) => (needed.includes(index) ? [other] : [])),
  }));
  return {
    steps,
    places: places.all,
    later: blocks.map(({ label, depends }, index) => ({
      label,
      steps: stepsOf([...depends, ...fetches.flatMap((fetch, at) => (fetch.block === index + 1 ? [at] : []))]),
    })),
  };
}

type LooseStep = Omit<FetchStep, 'waitsFor' | 'unblocks'>;

function compileGroup({ members, merged }: FetchGroup, fetches: readonly PlannedFetch[], places: Places, context: PlanContext): LooseStep {
  const parts = members.flatMap((index) => fetches[index] ?? []);
  const [first] = parts;
  if (!first) throw new TypeError('a request for nothing');
  const { node } = first;
  const { query, operationName } = named(merged ?? node.operation, node, context.operationName);
  const variables = new Set(parts.flatMap((part) => part.node.variableUsages ?? []));
  const base = {
    service: node.serviceName,
    operation: { kind: node.operationKind, query, operationName },
    bodyPrefix: bodyPrefix(query, operationName),
    variables: [...variables].map((name) => ({ name, clientName: clientVariable(name) })),
    conditions: first.conditions,
    block: first.block,
  };
  if (!node.requires) {
    return { ...base, root: { outputRewrites: node.outputRewrites ?? [], keys: keysOf(topSelections(node.operation)) }, entities: [] };
  }
  return { ...base, root: null, entities: entityParts(parts, merged !== null, places, context.schema) };
}

/** One part per distinct selection, in the order of their first fetch: as merge-fetches.ts numbers them. */
function entityParts(parts: readonly PlannedFetch[], numbered: boolean, places: Places, schema: GraphQLSchema): EntityPart[] {
  const bySelection = groupBy(parts, selectionIdentity);
  return [...bySelection.values()].flatMap((same, index): EntityPart[] => {
    const [first] = same;
    if (!first) return [];
    const { node } = first;
    const entities = topSelections(node.operation).selections.find(
      (selection): selection is FieldNode => selection.kind === Kind.FIELD && selection.name.value === '_entities',
    );
    return [
      {
        places: [...new Set(same.map(({ path }) => places.at(path)))],
        below: [],
        representation: compileRepresentation(node.requires ?? [], node.inputRewrites ?? [], schema),
        variable: numbered ? `representations${index}` : 'representations',
        key: numbered ? `_entities${index}` : '_entities',
        outputRewrites: node.outputRewrites ?? [],
        keysByType: keysByType(entities?.selectionSet),
      },
    ];
  });
}

/** The planner is given no name, or it would number its operations, and equal ones would differ. */
function named(
  operation: string,
  { operationKind, serviceName }: FetchNode,
  clientName: string | undefined,
): Omit<SubgraphOperation, 'kind'> {
  if (clientName === undefined) return { query: operation, operationName: undefined };
  const operationName = `${clientName}__${serviceName.replaceAll(/\W/g, '_')}`;
  return { query: operation.replace(/^(?:query|mutation|subscription)?\s*/, `${operationKind} ${operationName}`), operationName };
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
