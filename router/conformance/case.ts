import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Caller } from '#chassis/caller.ts';
import { startGraph } from './graph.ts';
import type { Ask, Graph, SubgraphDescription } from './graph.ts';

/** Where an error must stand and what a program can read of it. Without `service`, any or none will do. */
export interface ExpectedError {
  readonly path: readonly (string | number)[];
  readonly code: string;
  readonly service?: string;
}

/** An operation and the one right answer to it. */
export interface ConformanceCase {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
  readonly caller?: Caller;
  /** The answer's data: values, and keys in the order of the selection. */
  readonly data: unknown;
  /** All errors, each exactly once, in any order. Left out: none. */
  readonly errors?: readonly ExpectedError[];
  /** Requests by subgraph; a subgraph that is not named must not be asked. Left out: does not matter. */
  readonly requests?: Readonly<Record<string, number>>;
  /** Entity representations sent, by subgraph; a subgraph that is not named gets none. Left out: does not matter. */
  readonly representations?: Readonly<Record<string, number>>;
}

/** One graph and the cases that are asked of it, one after the other. The keys of `cases` complete the sentence of `behaviour`. */
export function conformance(
  behaviour: string,
  subgraphs: Readonly<Record<string, SubgraphDescription>>,
  cases: Readonly<Record<string, ConformanceCase>>,
): void {
  describe.each([behaviour])('%s', () => {
    let graph: Graph;
    beforeAll(async () => {
      graph = await startGraph(subgraphs);
    });
    afterAll(() => graph?.close());
    test.each(Object.entries(cases))('%s', (_, expected) => expectAnswer(graph, expected));
  });
}

/** Asks, and compares the whole outcome at once, so that a failure shows everything that differs. */
export async function expectAnswer(graph: Graph, expected: ConformanceCase): Promise<void> {
  const { body, seen } = await graph.ask(expected);
  const expectedErrors = inOrder(expected.errors ?? []);
  const found = inOrder((body.errors ?? []).map(({ path = [], extensions }) => errorOf(path, extensions)));
  const actual = {
    data: body.data,
    errors: found.map(({ service, ...error }, index) =>
      service !== undefined && expectedErrors[index] && expectedErrors[index].service === undefined
        ? error
        : { ...error, ...(service !== undefined && { service }) },
    ),
    ...(expected.requests && { requests: tally(seen, () => 1) }),
    ...(expected.representations && { representations: tally(seen, ({ representations }) => representations) }),
  };
  expect(actual, sentTo(seen)).toEqual({
    data: expected.data,
    errors: expectedErrors,
    ...(expected.requests && { requests: expected.requests }),
    ...(expected.representations && { representations: expected.representations }),
  });
  expect(JSON.stringify(body.data), 'keys of the answer are in the order of the selection').toBe(JSON.stringify(expected.data));
}

const errorOf = (path: ExpectedError['path'], extensions: Readonly<Record<string, unknown>> | undefined): ExpectedError => ({
  path,
  code: String(extensions?.['code']),
  ...(typeof extensions?.['service'] === 'string' && { service: extensions['service'] }),
});

const inOrder = (errors: readonly ExpectedError[]): ExpectedError[] =>
  [...errors].sort((a, b) => JSON.stringify([a.path, a.code]).localeCompare(JSON.stringify([b.path, b.code])));

function tally(seen: readonly Ask[], count: (ask: Ask) => number): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const ask of seen) if (count(ask) > 0) sums[ask.service] = (sums[ask.service] ?? 0) + count(ask);
  return sums;
}

const sentTo = (seen: readonly Ask[]): string =>
  `subgraph requests:\n${seen.map(({ service, query, variables }) => `  ${service}: ${query} ${JSON.stringify(variables).slice(0, 300)}`).join('\n')}\n`;
