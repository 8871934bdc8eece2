/** A stretch of time in epoch milliseconds: `start` belongs to it, `end` does not. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

/** The same time as sorted stretches that neither overlap nor touch. Empty and inverted ones vanish. */
export function union(intervals: readonly Interval[]): Interval[] {
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of [...intervals].sort((a, b) => a.start - b.start)) {
    if (end <= start) continue;
    const last = merged.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  return merged;
}

/** What of `from` is left without `removed`; both as `union` gives them. */
export function subtract(from: readonly Interval[], removed: readonly Interval[]): Interval[] {
  const left: Interval[] = [];
  let first = 0;
  for (const { start, end } of from) {
    while (first < removed.length && (removed[first] as Interval).end <= start) first++;
    let open = start;
    for (let index = first; index < removed.length; index++) {
      const cut = removed[index] as Interval;
      if (cut.start >= end) break;
      if (cut.start > open) left.push({ start: open, end: cut.start });
      open = Math.max(open, cut.end);
    }
    if (open < end) left.push({ start: open, end });
  }
  return left;
}
