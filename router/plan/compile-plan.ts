import type { FetchDataRewrite, FetchNode, QueryPlan } from '@apollo/query-planner';
import { Kind, parse } from 'graphql';
import type { FieldNode, GraphQLSchema, SelectionSetNode } from 'graphql';
import { groupBy } from '#chassis/group-by.ts';
import type { SubgraphOperation } from '../subgraph/transport.ts';
import { dependenciesOf } from './dependencies.ts';
import { clientVariable } from './internal-keys.ts';
import { groupFetches, mergeEntityFetches, selectionIdentity } from './merge-fetches.ts';
import { createPlaces, type Place, type Places } from './places.ts';
import { listFetches, type Condition, type PlannedFetch } from './planned-fetches.ts';
import { compileRepresentation, type Representation } from './representation.ts';

/** All fetches of an operation. */
export interface Plan {
  readonly fetches: readonly PlanFetch[];
  readonly groups: readonly RequestGroup[];
  readonly places: readonly Place[];
  /** What is sent later than the first answer. */
  readonly later: readonly LaterPart[];
}

/** Something that a subgraph is asked for, when what it needs is there. */
export interface PlanFetch {
  readonly conditions: readonly Condition[];
  /** Indexes of the fetches whose answers it needs, and of those that need its own. */
  readonly waitsFor: readonly number[];
  readonly unblocks: readonly number[];
  /** Index of the group it goes out with. */
  readonly group: number;
  /** 0: the first answer waits for it. */
  readonly block: number;
}

/** Fetches that go out as one request. */
export interface RequestGroup {
  readonly members: readonly number[];
  /** The request for all of its members, or for some of them; made once. */
  requestFor(members: readonly number[]): SubgraphFetch;
}

/** A part of the answer that the client lets come later (`@defer`). */
export interface LaterPart {
  readonly label: string;
  /** Fetches that must be done before it can be sent. */
  readonly fetches: readonly number[];
}

/** One request to one subgraph. */
export interface SubgraphFetch {
  readonly service: string;
  readonly operation: SubgraphOperation;
  /** `{"query":"…","operationName":"…","variables":`, to which the variables and `}` are added. */
  readonly bodyPrefix: string;
  /** Variables of the client that it needs, under the names they have in the request. */
  readonly variables: readonly { readonly name: string; readonly clientName: string }[];
  /** What it adds at the root of the answer; null for a request of entities. */
  readonly root: RootPart | null;
  /** Entities it asks for, one part per selection. */
  readonly entities: readonly EntityPart[];
  /** The part of the answer that its errors belong to: see PlanFetch. */
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
  readonly source: SubgraphFetch;
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
  if (plan.node.kind !== 'Subscription') return compileFetches(listFetches(plan.node), context);
  const { primary, rest } = plan.node;
  const source = compileRequest([{ node: primary, path: [], conditions: [], after: [], depends: [], block: 0 }], createPlaces(), context);
  return { source, rest: rest ? compileFetches(listFetches(rest), context) : null };
}

function compileFetches({ fetches, blocks }: ReturnType<typeof listFetches>, context: PlanContext): Plan {
  const waitsFor = dependenciesOf(fetches);
  const unblocks = fetches.map((_, index) => waitsFor.flatMap((needed, other) => (needed.includes(index) ? [other] : [])));
  const memberships = groupFetches(fetches, waitsFor, unblocks);
  const places = createPlaces();
  for (const { path } of fetches) places.at(path);
  const groups = memberships.map((members): RequestGroup => {
    const requests = new Map<string, SubgraphFetch>();
    const requestFor = (some: readonly number[]): SubgraphFetch => {
      const key = some.join();
      const known =
        requests.get(key) ??
        compileRequest(
          some.flatMap((index) => fetches[index] ?? []),
          places,
          context,
        );
      requests.set(key, known);
      return known;
    };
    requestFor(members);
    return { members, requestFor };
  });
  return {
    fetches: fetches.map(({ conditions, block }, index) => ({
      conditions,
      block,
      waitsFor: waitsFor[index] ?? [],
      unblocks: unblocks[index] ?? [],
      group: memberships.findIndex((members) => members.includes(index)),
    })),
    groups,
    places: places.all,
    later: blocks.map(({ label, depends }, index) => ({
      label,
      fetches: [...depends, ...fetches.flatMap((fetch, at) => (fetch.block === index + 1 ? [at] : []))],
    })),
  };
}

/** @param parts fetches to the same subgraph */
function compileRequest(parts: readonly PlannedFetch[], places: Places, { schema, operationName }: PlanContext): SubgraphFetch {
  const [first] = parts;
  if (!first) throw new TypeError('a request for nothing');
  const { node, block } = first;
  const selections = [...groupBy(parts, selectionIdentity).values()];
  const merged = selections.length > 1;
  const operation = named(
    merged ? mergeEntityFetches(selections.flatMap(([part]) => part?.node.operation ?? [])) : node.operation,
    node,
    operationName,
  );
  const variables = new Set(parts.flatMap((part) => part.node.variableUsages ?? []));
  return {
    service: node.serviceName,
    block,
    operation: { kind: node.operationKind, ...operation },
    bodyPrefix: bodyPrefix(operation),
    variables: [...variables].map((name) => ({ name, clientName: clientVariable(name) })),
    root: node.requires ? null : { outputRewrites: node.outputRewrites ?? [], keys: keysOf(topSelections(node.operation)) },
    entities: node.requires ? selections.flatMap((same, index) => entityPart(same, merged ? String(index) : '', places, schema) ?? []) : [],
  };
}

/** @param same fetches that ask the same of their entities @param number as mergeEntityFetches gives it */
function entityPart(same: readonly PlannedFetch[], number: string, places: Places, schema: GraphQLSchema): EntityPart | null {
  const [first] = same;
  if (!first) return null;
  const { node } = first;
  const entities = topSelections(node.operation).selections.find(
    (selection): selection is FieldNode => selection.kind === Kind.FIELD && selection.name.value === '_entities',
  );
  const at = [...new Set(same.map(({ path }) => places.at(path)))];
  return {
    places: at,
    below: places.below(at),
    representation: compileRepresentation(node.requires ?? [], node.inputRewrites ?? [], schema),
    variable: `representations${number}`,
    key: `_entities${number}`,
    outputRewrites: node.outputRewrites ?? [],
    keysByType: keysByType(entities?.selectionSet),
  };
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

const bodyPrefix = ({ query, operationName }: Omit<SubgraphOperation, 'kind'>): string =>
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
