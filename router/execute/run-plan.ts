import { GraphQLError } from 'graphql';
import type { GraphQLFormattedError, GraphQLSchema } from 'graphql';
import { allowedError, serviceError } from '../client-errors.ts';
import type { ErrorPath, GraphqlCode } from '../client-errors.ts';
import type { EntityPart, FetchStep, Step } from '../plan/compile-plan.ts';
import { isOfType, type Json } from './json-object.ts';
import type { RouterContext } from '../request-context.ts';
import type { SubgraphClient } from '../subgraph-client.ts';
import { collectEntities, type FoundEntity } from './collect-entities.ts';
import { mergeInto } from './merge.ts';
import { applyRewrites } from './rewrites.ts';

export interface Run {
  readonly schema: GraphQLSchema;
  readonly context: RouterContext;
  /** As the client sent them; the subgraph operations carry the defaults. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** With defaults, for conditions. */
  readonly coerced: Readonly<Record<string, unknown>>;
  readonly clientOf: (service: string) => SubgraphClient;
}

export interface Fetched {
  /** Everything fetched, under internal keys. */
  readonly data: Json;
  /** With paths in the fetched data. */
  readonly errors: GraphQLError[];
  /** Objects of which a service said that they are not there (for this caller): not an error, see answer.ts. */
  readonly absent: Set<Json>;
}

/** Works through the plan. Never throws for what a subgraph does: each failure is an error with the paths of what stays empty. */
export async function runPlan(plan: Step, run: Run): Promise<Fetched> {
  const fetched: Fetched = { data: {}, errors: [], absent: new Set() };
  await runStep(plan, run, fetched);
  return fetched;
}

async function runStep(step: Step, run: Run, fetched: Fetched): Promise<void> {
  switch (step.kind) {
    case 'sequence':
      for (const inner of step.steps) await runStep(inner, run, fetched);
      return;
    case 'parallel':
      await Promise.all(step.steps.map((inner) => runStep(inner, run, fetched)));
      return;
    case 'condition': {
      const chosen = run.coerced[step.variable] === true ? step.ifTrue : step.ifFalse;
      return chosen ? runStep(chosen, run, fetched) : undefined;
    }
    case 'fetch':
      return runFetch(step, run, fetched);
  }
}

/** The distinct entities of one part, and for each all its places in the answer. */
interface Batch {
  readonly part: EntityPart;
  readonly representations: Json[];
  readonly places: FoundEntity[][];
}

async function runFetch(step: FetchStep, run: Run, fetched: Fetched): Promise<void> {
  const batches = step.entities.map((part) => batchOf(part, fetched.data));
  if (!step.root && batches.every(({ representations }) => representations.length === 0)) return;
  const variables: Json = {};
  for (const { name, clientName } of step.variables)
    if (Object.hasOwn(run.variables, clientName)) variables[name] = run.variables[clientName];
  for (const { part, representations } of batches) variables[part.variable] = representations;

  const answer = await run.clientOf(step.service)(
    { operation: step.operation, variables: () => variables, body: () => `${step.bodyPrefix}${JSON.stringify(variables)}}` },
    run.context,
  );
  if ('code' in answer) return fail(answer.code);
  const { data, errors = [] } = answer;
  for (const error of errors) report(error);
  if (!data) return;
  if (step.root) {
    applyRewrites(run.schema, step.root.outputRewrites, data);
    mergeInto(fetched.data, data);
  }
  for (const batch of batches) {
    const entities = data[batch.part.key];
    if (Array.isArray(entities) && entities.length === batch.representations.length) take(batch, entities);
    // A list of another length cannot be told apart: nothing of it is taken. A null list was explained by its error.
    else if (entities !== null || errors.length === 0) failBatch(batch, 'SUBGRAPH_ERROR');
  }

  /** Only what was asked: a service must not overwrite what another one owns. */
  function take({ part, places }: Batch, entities: readonly unknown[]): void {
    entities.forEach((entity, index): void => {
      const found = places[index] ?? [];
      if (entity === null) return found.forEach(({ object }) => fetched.absent.add(object));
      if (typeof entity !== 'object' || Array.isArray(entity)) return failPlaces(part, found, 'SUBGRAPH_ERROR');
      applyRewrites(run.schema, part.outputRewrites, entity);
      for (const { object } of found) mergeInto(object, onlyKeys(entity as Json, [...keysFor(part, object), '__typename']));
    });
  }

  function fail(code: GraphqlCode): void {
    for (const key of step.root?.keys ?? []) add(serviceError(code, step.service), [key]);
    for (const batch of batches) failBatch(batch, code);
  }

  function failBatch({ part, places }: Batch, code: GraphqlCode): void {
    failPlaces(part, places.flat(), code);
  }

  function failPlaces(part: EntityPart, places: readonly FoundEntity[], code: GraphqlCode): void {
    for (const { object, path } of places) {
      for (const key of keysFor(part, object)) add(serviceError(code, step.service), [...path, key]);
    }
  }

  function keysFor(part: EntityPart, object: Json): string[] {
    return [...new Set(part.keysByType.filter(({ type }) => isOfType(run.schema, object, type, true)).flatMap(({ keys }) => keys))];
  }

  /** An error of the subgraph, at every place of what it is about. */
  function report(error: GraphQLFormattedError): void {
    const allowed = allowedError(error, step.service);
    const at = allowed.path ?? []; // a path that is no list has been left out
    const [key, index, ...rest] = at;
    const batch = batches.find(({ part }) => part.key === key);
    if (batch && typeof index === 'number') for (const { path } of batch.places[index] ?? []) add(allowed, [...path, ...rest]);
    else if (batch)
      for (const { object, path } of batch.places.flat()) for (const inner of keysFor(batch.part, object)) add(allowed, [...path, inner]);
    else if (typeof key === 'string' && step.root?.keys.includes(key)) add(allowed, at);
    else {
      for (const rootKey of step.root?.keys ?? []) add(allowed, [rootKey]);
      for (const { part, places } of batches)
        for (const { object, path } of places.flat()) for (const inner of keysFor(part, object)) add(allowed, [...path, inner]);
    }
  }

  function add({ message, extensions }: GraphQLFormattedError, path: ErrorPath): void {
    fetched.errors.push(new GraphQLError(message, { path, ...(extensions && { extensions }) }));
  }
}

function onlyKeys(source: Json, keys: readonly string[]): Json {
  const kept: Json = {};
  for (const key of keys) if (Object.hasOwn(source, key)) kept[key] = source[key];
  return kept;
}

function batchOf(part: EntityPart, data: Json): Batch {
  const indexes = new Map<string, number>();
  const batch: Batch = { part, representations: [], places: [] };
  for (const found of part.paths.flatMap((path) => collectEntities(data, path))) {
    const representation = part.project(found.object);
    if (!representation) continue;
    const identity = JSON.stringify(representation);
    const index = indexes.get(identity);
    if (index !== undefined) {
      batch.places[index]?.push(found);
      continue;
    }
    indexes.set(identity, batch.representations.length);
    batch.representations.push(representation);
    batch.places.push([found]);
  }
  return batch;
}
