import type { ErrorPath } from '../client-errors.ts';

/** Paths of errors that are known. */
export interface ErrorPaths {
  add(path: ErrorPath): void;
  /** Is one of them the beginning of this path, or this path the beginning of one of them? */
  covers(path: ErrorPath): boolean;
}

interface Branch {
  /** A path ends here. */
  ends: boolean;
  readonly next: Map<string | number, Branch>;
}

const newBranch = (): Branch => ({ ends: false, next: new Map() });

/** As a tree: the cost of a look-up is the length of the path, however many errors there are. */
export function createErrorPaths(paths: readonly ErrorPath[]): ErrorPaths {
  const root = newBranch();
  let empty = true;
  const add = (path: ErrorPath): void => {
    empty = false;
    let at = root;
    for (const key of path) {
      const next = at.next.get(key) ?? newBranch();
      at.next.set(key, next);
      at = next;
    }
    at.ends = true;
  };
  for (const path of paths) add(path);
  return {
    add,
    covers(path) {
      if (empty) return false;
      let at = root;
      for (const key of path) {
        if (at.ends) return true;
        const next = at.next.get(key);
        if (!next) return false;
        at = next;
      }
      return true;
    },
  };
}
