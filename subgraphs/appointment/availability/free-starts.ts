import { subtract, union, type Interval } from './intervals.ts';
import { openWindows, type WorkSchedule } from './open-windows.ts';
import type { ZoneClock } from './zone-clock.ts';

/** What a visit type takes of the practitioner's time. */
export interface SlotTerms {
  readonly durationMinutes: number;
  readonly bufferBeforeMinutes: number;
  readonly bufferAfterMinutes: number;
  /** Divides 1440. */
  readonly gridMinutes: number;
}

export interface StartSearch {
  readonly schedule: WorkSchedule;
  /** What is taken, buffers of those bookings included. */
  readonly busy: readonly Interval[];
  readonly terms: SlotTerms;
  /** Starts from `start` on and before `end`. */
  readonly within: Interval;
  readonly limit: number;
}

const minutes = (count: number): number => count * 60_000;

/**
 * The instants at which an appointment can start, in order: on the grid of the local clock, the appointment inside of open
 * hours, and the appointment with its own buffers clear of what is taken. Buffers may reach beyond open hours.
 */
export function freeStarts({ schedule, busy, terms, within, limit }: StartSearch, clock: ZoneClock): number[] {
  const duration = minutes(terms.durationMinutes);
  const before = minutes(terms.bufferBeforeMinutes);
  const after = minutes(terms.bufferAfterMinutes);
  const grid = minutes(terms.gridMinutes);
  const windows = openWindows(schedule, clock, { start: within.start, end: within.end + duration });
  // A start is free when it lies in a window shortened by the duration, and in no booking widened by the own length and buffers.
  const startable = windows.map(({ start, end }) => ({
    start: Math.max(start, within.start),
    end: Math.min(end - duration + 1, within.end),
  }));
  const blocked = busy.map(({ start, end }) => ({ start: start - duration - after + 1, end: end + before }));
  const found: number[] = [];
  for (const stretch of subtract(union(startable), union(blocked))) {
    for (const { start, end, offset } of clock.offsets(stretch)) {
      for (let at = Math.ceil((start + offset) / grid) * grid - offset; at < end; at += grid) {
        if (found.length >= limit) return found;
        found.push(at);
      }
    }
  }
  return found;
}

/** Whether the visit type is offered at this instant, bookings left aside. */
export const isOffered = (schedule: WorkSchedule, terms: SlotTerms, start: number, clock: ZoneClock): boolean =>
  freeStarts({ schedule, busy: [], terms, within: { start, end: start + 1 }, limit: 1 }, clock).length === 1;
