import type { EntityPart } from '../plan/compile-plan.ts';
import type { Place } from '../plan/places.ts';
import { EntityIndex, noEntity } from './entity-index.ts';
import { objectsAt, unifyAt, type Fetched } from './fetched.ts';
import type { Json } from './json-object.ts';

/** The distinct entities of one part of a request, and for each all objects of the answer that stand for it. */
export interface Batch {
  readonly part: EntityPart;
  /** Representations as JSON, in the order in which the subgraph answers. */
  readonly texts: readonly string[];
  /** For each an object that stands for it. */
  readonly objects: readonly Json[];
  /** Where there are several: the others, by index. */
  readonly others: ReadonlyMap<number, ReadonlySet<Json>>;
}

/**
 * Collects what is asked for. Objects that hold nothing beyond an equal representation become one object, so that what is fetched is
 * written once, and looked through once by the fetches below. Only an object of which nothing was asked before gives way: no answer
 * is on its way to it, and it has stood for no other.
 */
export function collectBatch(part: EntityPart, fetched: Fetched, places: readonly Place[]): Batch {
  const { representation } = part;
  const known = new EntityIndex();
  const texts: string[] = [];
  const objects: Json[] = [];
  const others = new Map<number, Set<Json>>();
  for (const place of part.places) {
    let unified: Map<Json, Json> | undefined;
    for (const object of objectsAt(fetched, places, place)) {
      const keys = representation.plainKeysOf(object);
      const text = keys ? null : representation.textOf(object);
      const index = keys ? known.byValues(object, keys) : known.byText(text);
      if (index === noEntity) continue;
      const first = objects[index];
      if (first === undefined) {
        objects.push(object);
        texts.push(text ?? representation.textOf(object) ?? '');
      } else if (first !== object) {
        if (keys && !fetched.asked.has(object) && holdsOnly(object, keys) && holdsOnly(first, keys)) {
          (unified ??= new Map()).set(object, first);
          fetched.shared.add(first);
        } else others.set(index, (others.get(index) ?? new Set()).add(object));
      }
    }
    if (unified) unifyAt(fetched, places, place, unified);
  }
  for (const object of objects) fetched.asked.add(object);
  for (const more of others.values()) for (const object of more) fetched.asked.add(object);
  return { part, texts, objects, others };
}

/** @param keys that it has */
function holdsOnly(object: Json, keys: readonly string[]): boolean {
  let count = 0;
  for (const _ in object) count += 1; // makes no list, as Object.keys does
  return count === keys.length;
}

/** The same batches in portions of at most `most` representations together: a subgraph takes no more in one request. */
export function portionsOf(batches: readonly Batch[], most: number): (readonly Batch[])[] {
  const count = batches.reduce((sum, { texts }) => sum + texts.length, 0);
  if (count <= most) return [batches];
  return Array.from({ length: Math.ceil(count / most) }, (_, portion) => {
    let before = 0;
    return batches.map((batch) => {
      const from = Math.max(0, portion * most - before);
      const to = Math.max(0, (portion + 1) * most - before);
      before += batch.texts.length;
      return slice(batch, from, to);
    });
  });
}

const slice = ({ part, texts, objects, others }: Batch, from: number, to: number): Batch => ({
  part,
  texts: texts.slice(from, to),
  objects: objects.slice(from, to),
  others: new Map([...others].filter(([index]) => index >= from && index < to).map(([index, more]) => [index - from, more])),
});

/** All objects that stand for the entity at this index. */
export function objectsFor({ objects, others }: Batch, index: number): Json[] {
  const first = objects[index];
  const more = others.get(index);
  return [...(first ? [first] : []), ...(more ?? [])];
}

export const allObjects = ({ objects, others }: Batch): Json[] => [...objects, ...[...others.values()].flatMap((more) => [...more])];

/** The representations as objects, for a subgraph in the same process. */
export const representationsOf = ({ part, objects }: Batch): Json[] =>
  objects.flatMap((object): Json[] => {
    const representation = part.representation.objectOf(object);
    return representation ? [representation] : [];
  });
