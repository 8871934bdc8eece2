/** A place in the answer: a key of the objects at the place above. Items of a list are all at the same place. */
export interface Place {
  /** Index of the place above; -1 for the root itself. */
  readonly above: number;
  readonly key: string;
}

export interface Places {
  readonly all: readonly Place[];
  /** The index of a place; the root is 0. */
  at(path: readonly string[]): number;
  /** The places below any of these. */
  below(places: readonly number[]): number[];
}

export function createPlaces(): Places {
  const all: Place[] = [{ above: -1, key: '' }];
  return {
    all,
    at(path) {
      let place = 0;
      for (const key of path) {
        const known = all.findIndex((candidate) => candidate.above === place && candidate.key === key);
        place = known > 0 ? known : all.push({ above: place, key }) - 1;
      }
      return place;
    },
    below(places) {
      const found = new Set<number>();
      // A place stands behind the one above it.
      for (const [index, { above }] of all.entries()) if (places.includes(above) || found.has(above)) found.add(index);
      return [...found];
    },
  };
}

/** The keys that lead to a place. */
export function pathTo(places: readonly Place[], place: number): string[] {
  const { above, key } = places[place] ?? { above: -1, key: '' };
  return above < 0 ? [] : [...pathTo(places, above), key];
}
