import { GraphQLError } from 'graphql';
import type { GraphQLFormattedError, GraphQLSchema } from 'graphql';
import { allowedError, serviceError } from '../client-errors.ts';
import type { ErrorPath, GraphqlCode } from '../client-errors.ts';
import type { EntityPart, SubgraphFetch } from '../plan/compile-plan.ts';
import type { Place } from '../plan/places.ts';
import type { GraphqlAnswer } from '../subgraph/answer.ts';
import { allObjects, objectsFor, type Batch } from './entity-batch.ts';
import { pathsAt, type Fetched } from './fetched.ts';
import { isOfType, type Json } from './json-object.ts';
import { mergeKeys } from './merge.ts';
import { applyRewrites } from './rewrites.ts';

export interface AnswerPlace {
  readonly request: SubgraphFetch;
  readonly batches: readonly Batch[];
  readonly fetched: Fetched;
  readonly places: readonly Place[];
  readonly schema: GraphQLSchema;
}

/** Writes what a subgraph answered to every place that waits for it. Only what was asked: a service must not overwrite what another one owns. */
export function takeAnswer(answer: GraphqlAnswer | { readonly code: GraphqlCode }, at: AnswerPlace): void {
  if ('code' in answer) return takeFailure(answer.code, at);
  const { request, batches, fetched, schema } = at;
  const { data, errors = [] } = answer;
  if (errors.length > 0) takeErrors(errors, at);
  if (!data) return;
  if (request.root) {
    applyRewrites(schema, request.root.outputRewrites, data);
    mergeKeys(fetched.data, data, request.root.keys);
    fetched.objects.length = 0;
  }
  for (const batch of batches) {
    const entities = data[batch.part.key];
    if (Array.isArray(entities) && entities.length === batch.objects.length) takeEntities(entities, batch, at);
    // A list of another length cannot be told apart: nothing of it is taken. A null list was explained by its error.
    else if (entities !== null || errors.length === 0) failObjects(batch, allObjects(batch), 'SUBGRAPH_ERROR', at);
  }
}

function takeEntities(entities: readonly unknown[], batch: Batch, at: AnswerPlace): void {
  const { part, objects, others } = batch;
  const { fetched, schema } = at;
  for (let index = 0; index < entities.length; index++) {
    const entity = entities[index];
    const target = objects[index];
    if (!target) continue;
    const more = others.get(index);
    if (entity === null) for (const object of objectsFor(batch, index)) fetched.absent.add(object);
    else if (typeof entity !== 'object' || Array.isArray(entity)) failObjects(batch, objectsFor(batch, index), 'SUBGRAPH_ERROR', at);
    else {
      if (part.outputRewrites.length > 0) applyRewrites(schema, part.outputRewrites, entity);
      mergeKeys(target, entity as Json, keysFor(part, target, schema, true));
      if (more) for (const object of more) mergeKeys(object, entity as Json, keysFor(part, object, schema, true));
    }
  }
  for (const place of part.below) fetched.objects[place] = undefined;
}

/** The whole request failed. */
function takeFailure(code: GraphqlCode, at: AnswerPlace): void {
  for (const key of at.request.root?.keys ?? []) addError(serviceError(code, at.request.service), [key], at);
  for (const batch of at.batches) failObjects(batch, allObjects(batch), code, at);
}

function failObjects({ part }: Batch, objects: readonly Json[], code: GraphqlCode, at: AnswerPlace): void {
  addForObjects(serviceError(code, at.request.service), part, objects, at);
}

/** Errors of the subgraph, each at every place of what it is about. */
function takeErrors(errors: readonly GraphQLFormattedError[], at: AnswerPlace): void {
  const { request, batches, fetched, places } = at;
  const pathsOf = new Map<Batch, ReturnType<typeof pathsAt>>();
  for (const error of errors) {
    const allowed = allowedError(error, request.service);
    const path = allowed.path ?? []; // a path that is no list has been left out
    const [key, index, ...rest] = path;
    const batch = batches.find(({ part }) => part.key === key);
    if (batch && typeof index === 'number') {
      const known = pathsOf.get(batch) ?? pathsAt(fetched, places, batch.part.places);
      pathsOf.set(batch, known);
      for (const object of objectsFor(batch, index))
        for (const place of known.get(object) ?? []) addError(allowed, [...place, ...rest], at);
    } else if (batch) addForObjects(allowed, batch.part, allObjects(batch), at);
    else if (typeof key === 'string' && request.root?.keys.includes(key)) addError(allowed, path, at);
    else {
      for (const rootKey of request.root?.keys ?? []) addError(allowed, [rootKey], at);
      for (const each of batches) addForObjects(allowed, each.part, allObjects(each), at);
    }
  }
}

/** An error for each field that these objects do not get. */
function addForObjects(error: GraphQLFormattedError, part: EntityPart, objects: readonly Json[], at: AnswerPlace): void {
  if (objects.length === 0) return;
  const paths = pathsAt(at.fetched, at.places, part.places);
  for (const object of objects)
    for (const path of paths.get(object) ?? []) for (const key of keysFor(part, object, at.schema)) addError(error, [...path, key], at);
}

const knownKeys = new WeakMap<EntityPart, Map<unknown, readonly string[]>>();

/** Keys that the request asks of an object of its type; of any type when the object does not say. */
function keysFor(part: EntityPart, object: Json, schema: GraphQLSchema, withTypename = false): readonly string[] {
  const typeName = object['__typename'];
  const byType = knownKeys.get(part) ?? new Map<unknown, readonly string[]>();
  knownKeys.set(part, byType);
  const known = byType.get(typeName) ?? [
    '__typename',
    ...new Set(part.keysByType.filter(({ type }) => isOfType(schema, object, type, true)).flatMap(({ keys }) => keys)),
  ];
  // Only types of the schema are kept: what a subgraph calls its objects must not fill the memory.
  if (typeof typeName === 'string' && schema.getType(typeName)) byType.set(typeName, known);
  return withTypename ? known : known.slice(1);
}

function addError({ message, extensions }: GraphQLFormattedError, path: ErrorPath, { request, fetched }: AnswerPlace): void {
  fetched.errors.push({ block: request.block, error: new GraphQLError(message, { path, ...(extensions && { extensions }) }) });
}
