import { contestants } from '../contestants.ts';
import type { Contestant, Course } from '../contestants.ts';
import type { Measurement } from '../measure.ts';

/** What the parts beside the main table are told. */
export interface PartOptions {
  readonly routers: ReadonlySet<string>;
  readonly quick: boolean;
}

/** Those of them that can run the course. */
export const chosen = (routers: ReadonlySet<string>, course: Course): readonly Contestant[] =>
  contestants.filter(({ id, command }) => routers.has(id) && command(course, 0) !== null);

export const say = ({ title }: Contestant, what: string, { requestsPerSecond, p50, cpuMsPerRequest, failures }: Measurement): void =>
  console.log(
    `  ${title}, ${what}: ${requestsPerSecond.toFixed(0)}/s, p50 ${p50.toFixed(1)} ms, ` +
      `CPU ${cpuMsPerRequest?.toFixed(2) ?? '–'} ms, ${failures} failures`,
  );

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 1_000);

/** Who cannot do a part has no row in it, and the reader is told why. */
export const orSay = ({ title }: Contestant, measured: Promise<void>): Promise<void> =>
  measured.catch((error: unknown) => console.log(`  ${title} cannot take part: ${reasonOf(error)}`));
