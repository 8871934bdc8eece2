import type { Json } from './json-object.ts';

/**
 * Adds what a subgraph answered to what is there. Objects are joined, lists item by item, other values replaced. `__proto__` is
 * never taken over: JSON makes it an own field, an assignment would not.
 */
export function mergeInto(target: Json, source: Json): void {
  for (const key of Object.keys(source)) {
    if (key === '__proto__') continue;
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
    mergeInto(target, source);
    return target;
  }
  // A null does not undo what another subgraph knew of the same object.
  return source === null && isObject(target) ? target : source;
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
