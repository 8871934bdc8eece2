import type { Json } from './json-object.ts';

/** Adds these keys of what a subgraph answered to what is there. Objects are joined, lists item by item, other values replaced. */
export function mergeKeys(target: Json, source: Json, keys: readonly string[]): void {
  for (const key of keys) {
    if (!Object.hasOwn(source, key)) continue;
    target[key] = Object.hasOwn(target, key) ? joined(target[key], source[key]) : source[key];
  }
}

const isList = (value: unknown): value is unknown[] => Array.isArray(value);

function joined(target: unknown, source: unknown): unknown {
  if (target === source) return target;
  if (isList(target) && isList(source)) {
    for (let index = 0; index < source.length; index++)
      target[index] = index < target.length ? joined(target[index], source[index]) : source[index];
    return target;
  }
  if (isObject(target) && isObject(source)) {
    // `__proto__` is never taken over: JSON makes it a field like another, an assignment would not.
    mergeKeys(
      target,
      source,
      Object.keys(source).filter((key) => key !== '__proto__'),
    );
    return target;
  }
  // A null does not undo what another subgraph knew of the same object.
  return source === null && isObject(target) ? target : source;
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
