import type { EntityPart } from '../plan/compile-plan.ts';
import type { Place } from '../plan/places.ts';
import { currentOf, objectsAt, unifyAt, type Fetched } from './fetched.ts';
import type { Json } from './json-object.ts';

/** The distinct entities of one part of a request, and for each all objects of the answer that stand for it. */
export interface Batch {
  readonly part: EntityPart;
  /** Representations as JSON, in the order in which the subgraph answers. */
  readonly texts: readonly string[];
  readonly objects: readonly ReadonlySet<Json>[];
}

/**
 * Collects what is asked for. Objects that hold nothing beyond an equal representation become one object, so that what is fetched is
 * written once, and looked through once by the fetches below.
 */
export function collectBatch(part: EntityPart, fetched: Fetched, places: readonly Place[]): Batch {
  const { representation } = part;
  const indexes = new Map<string, number>();
  const objects: Set<Json>[] = [];
  for (const place of part.places) {
    const unified = new Map<Json, Json>();
    for (const object of objectsAt(fetched, places, place)) {
      const text = representation.textOf(object);
      if (text === null) continue;
      const index = indexes.get(text);
      const same = index === undefined ? undefined : objects[index];
      if (!same) {
        indexes.set(text, objects.length);
        objects.push(new Set([object]));
        continue;
      }
      const first = anyOf(same);
      if (first && first !== object && representation.saysAllOf(object) && representation.saysAllOf(first)) {
        unified.set(object, first);
        fetched.replaced.set(object, first);
        fetched.shared.add(first);
      } else same.add(object);
    }
    if (unified.size > 0) unifyAt(fetched, places, place, unified);
  }
  return { part, texts: [...indexes.keys()], objects };
}

/** The same with the objects that stand in the answer now. */
export function currentBatch(batch: Batch, fetched: Fetched): Batch {
  if (fetched.replaced.size === 0) return batch;
  return { ...batch, objects: batch.objects.map((same) => new Set([...same].map((object) => currentOf(fetched, object)))) };
}

/** The representations as objects, for a subgraph in the same process. */
export const representationsOf = ({ part, objects }: Batch): Json[] =>
  objects.flatMap((same): Json[] => {
    const first = anyOf(same);
    const representation = first && part.representation.objectOf(first);
    return representation ? [representation] : [];
  });

function anyOf(objects: ReadonlySet<Json>): Json | undefined {
  for (const object of objects) return object;
  return undefined;
}
