import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { subtract, union, type Interval } from './intervals.ts';

const interval = fc
  .tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: -2, max: 12 }))
  .map(([start, length]): Interval => ({ start, end: start + length }));
const intervals = fc.array(interval, { maxLength: 12 });
const points = Array.from({ length: 60 }, (_, point) => point);
const covered = (all: readonly Interval[]): number[] =>
  points.filter((point) => all.some(({ start, end }) => start <= point && point < end));

describe('stretches of time', () => {
  it('joined cover the same points, sorted and apart', () => {
    fc.assert(
      fc.property(intervals, (all) => {
        const joined = union(all);
        expect(covered(joined)).toEqual(covered(all));
        for (const [index, { start }] of joined.entries()) expect(start).toBeGreaterThan(joined[index - 1]?.end ?? -Infinity);
      }),
    );
  });

  it('subtracted leave exactly the points of the first that are not in the second', () => {
    fc.assert(
      fc.property(intervals, intervals, (from, removed) => {
        const gone = new Set(covered(removed));
        expect(covered(subtract(union(from), union(removed)))).toEqual(covered(from).filter((point) => !gone.has(point)));
      }),
    );
  });
});
