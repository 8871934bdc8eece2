import { freeStarts, type SlotTerms } from './free-starts.ts';
import type { Interval } from './intervals.ts';
import type { WorkSchedule } from './open-windows.ts';
import { zoneClock, type ZoneClock } from './zone-clock.ts';

export interface Candidate {
  readonly practitionerId: string;
  readonly schedule: WorkSchedule;
  /** What is taken within the search, buffers included. */
  readonly busy: readonly Interval[];
}

export interface FoundStart {
  readonly practitionerId: string;
  readonly start: number;
}

const day = 86_400_000;

/**
 * The earliest free starts over all candidates, by start and practitioner. Looks at one day first, then at two, four …
 * more, so that the cost follows what is asked for and not the length of the search.
 */
export function earliestStarts(candidates: readonly Candidate[], terms: SlotTerms, within: Interval, limit: number): FoundStart[] {
  const clocks = new Map<string, ZoneClock>();
  const clockOf = (timeZone: string): ZoneClock => {
    const clock = clocks.get(timeZone) ?? zoneClock(timeZone);
    clocks.set(timeZone, clock);
    return clock;
  };
  const found: FoundStart[] = [];
  for (let start = within.start, length = day; start < within.end && found.length < limit; start += length, length *= 2) {
    const part = { start, end: Math.min(start + length, within.end) };
    const wanted = limit - found.length;
    const here = candidates.flatMap(({ practitionerId, schedule, busy }) =>
      freeStarts({ schedule, busy, terms, within: part, limit: wanted }, clockOf(schedule.timeZone)).map((at) => ({
        practitionerId,
        start: at,
      })),
    );
    here.sort((a, b) => a.start - b.start || (a.practitionerId < b.practitionerId ? -1 : 1));
    found.push(...here.slice(0, wanted));
  }
  return found;
}
