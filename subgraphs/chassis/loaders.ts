import DataLoader from 'dataloader';
import type { Page } from './paging.ts';

export type Loader<V> = DataLoader<string, V | null>;

/** Loads things by id, once per request, all that are asked for in one tick together. Null for what is not there. */
export function loader<V>(batch: (ids: readonly string[]) => Promise<Map<string, V>>): Loader<V> {
  return new DataLoader<string, V | null>(async (ids) => {
    const found = await batch(ids);
    return ids.map((id) => found.get(id) ?? null);
  });
}

export interface PageLoader<P> {
  load(parent: string, page: Page): Promise<P>;
}

/** Loads one page per parent, together for all parents that are asked for with the same page arguments. */
export function pageLoader<P>(fetch: (parents: readonly string[], page: Page) => Promise<Map<string, P>>): PageLoader<P> {
  const loaders = new Map<string, DataLoader<string, P>>();
  return {
    load(parent, page) {
      const key = JSON.stringify(page);
      let pages = loaders.get(key);
      if (!pages) {
        pages = new DataLoader<string, P>(async (parents) => {
          const found = await fetch(parents, page);
          return parents.map((id) => found.get(id) ?? new Error(`no page came back for ${id}`));
        });
        loaders.set(key, pages);
      }
      return pages.load(parent);
    },
  };
}
