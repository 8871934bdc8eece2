import type { Plan } from '../plan/compile-plan.ts';
import type { Shape } from '../plan/shape.ts';
import { clientErrors } from './answer-of.ts';
import type { Fetched } from './fetched.ts';
import { AnswerText, type LaterResult } from './router-result.ts';
import type { Running } from './run-plan.ts';
import { writeAnswer, type LaterPlace } from './write-answer.ts';

export interface LaterOptions {
  readonly plan: Plan | null;
  readonly running: Running | null;
  readonly fetched: Fetched;
  readonly shape: Shape;
  /** By our label the client's. */
  readonly labels: ReadonlyMap<string, string | undefined>;
  /** Places in the first part. */
  readonly places: readonly LaterPlace[];
}

/** Sends each deferred fragment when what it selects has been fetched: all of its places at once. */
export async function* laterParts({
  plan,
  running,
  fetched,
  shape,
  labels,
  places,
}: LaterOptions): AsyncGenerator<LaterResult[], void, void> {
  const parts = plan?.later ?? [];
  const waiting = new Map(running ? parts.map((_, index) => [index, running.later(index).then(() => index)]) : []);
  for (const part of waiting.values()) part.catch(() => undefined); // heard below, or nobody is there to hear it any more
  let open = [...places];
  for (;;) {
    const missing = new Set([...waiting.keys()].map((index) => parts[index]?.label));
    const results: LaterResult[] = [];
    // What is written may hold places of fragments within the fragment.
    for (
      let ready = open.filter(({ label }) => !missing.has(label));
      ready.length > 0;
      ready = open.filter(({ label }) => !missing.has(label))
    ) {
      open = open.filter((place) => !ready.includes(place));
      for (const place of ready) {
        const { result, later } = write(place);
        results.push(result);
        open.push(...later);
      }
    }
    if (results.length > 0) yield results;
    if (waiting.size === 0 || open.length === 0) return;
    waiting.delete(await Promise.race(waiting.values()));
  }

  function write({ label, shape: selected, object, path }: LaterPlace): { result: LaterResult; later: readonly LaterPlace[] } {
    const block = parts.findIndex((part) => part.label === label) + 1;
    const known = clientErrors(fetched, shape, block).filter((error) => path.every((key, depth) => error.path?.[depth] === key));
    const { text, errors, later } = writeAnswer(
      object,
      selected,
      { known, absent: fetched.absent, shared: fetched.shared, introspection: {} },
      path,
    );
    const all = [...known, ...errors];
    const result = {
      label: labels.get(label),
      path,
      data: text === null ? null : new AnswerText(text),
      ...(all.length > 0 && { errors: all }),
    };
    return { result, later };
  }
}
