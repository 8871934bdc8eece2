import type { Json } from './json-object.ts';

/** The object lacks a field by which it would be told. */
export const noEntity = -1;

type Branch = Map<unknown, Branch | number>;

/** Numbers distinct entities in the order in which they are met. */
export class EntityIndex {
  readonly #root: Branch = new Map();
  #count = 0;

  /** @param text null: `noEntity` */
  byText(text: string | null): number {
    return text === null ? noEntity : this.#leaf(this.#root, text);
  }

  /** By the values at these keys, `__typename` among them. Looks at each value once: no text is made for an entity that is known. */
  byValues(object: Json, keys: readonly string[]): number {
    const last = keys.length - 1;
    if (last < 0 || typeof object['__typename'] !== 'string') return noEntity;
    let branch = this.#root;
    for (let index = 0; index <= last; index++) {
      const key = keys[index] ?? '';
      const found = Object.hasOwn(object, key) ? object[key] : undefined;
      if (found === undefined) return noEntity;
      // Objects and lists are equal when their text is.
      const value = typeof found === 'object' && found !== null ? `json ${JSON.stringify(found)}` : found;
      if (index === last) return this.#leaf(branch, value);
      let next = branch.get(value);
      if (typeof next !== 'object') branch.set(value, (next = new Map()));
      branch = next;
    }
    return noEntity;
  }

  #leaf(branch: Branch, value: unknown): number {
    const known = branch.get(value);
    if (typeof known === 'number') return known;
    branch.set(value, this.#count);
    return this.#count++;
  }
}
