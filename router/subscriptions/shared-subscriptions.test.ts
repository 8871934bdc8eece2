import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import type { Caller } from '#chassis/caller.ts';
import { operationContext } from './operation-context.ts';
import { isStream } from './operations.ts';
import type { ResultStream } from './operations.ts';
import { SharedSubscriptions } from './shared-subscriptions.ts';
import { counterGraph } from './testing/counter-graph.ts';

const log = pino({ level: 'silent' });
const ann: Caller = { role: 'FRONT_DESK', subject: 'ann', scopes: [] };
const counter = { query: 'subscription($room: ID!) { counter(room: $room) { value } }', variables: { room: 'r' } };

function setup({ share = true, queuedResults = 3 } = {}) {
  const graph = counterGraph();
  const shared = new SharedSubscriptions(graph, { share, log, deadlineMs: 1_000, queuedResults });
  let requests = 0;
  const ask = (operation = counter, caller = ann, left = new AbortController().signal, newestSaysAll = true) => {
    const { context } = operationContext({ caller, requestId: `request-${(requests += 1)}`, log, deadlineMs: 1_000 });
    return { context, answer: shared.subscribe(operation, context, { newestSaysAll, left }) };
  };
  const join = async (...of: Parameters<typeof ask>): Promise<ResultStream> => {
    const answer = await ask(...of).answer;
    if (!isStream(answer)) throw new Error(JSON.stringify(answer));
    return answer;
  };
  return { graph, ask, join };
}

const value = async (stream: ResultStream) => {
  const step = await stream.next();
  return step.done ? 'end' : (step.value.errors?.[0]?.extensions?.['code'] ?? step.value.data);
};
const count = (n: number) => ({ counter: { value: n } });

describe('clients who ask the same as the same caller', () => {
  test('share one upstream, a hundred of them', async () => {
    const { graph, join } = setup();
    const streams = await Promise.all(Array.from({ length: 100 }, () => join()));
    expect(await Promise.all(streams.map(value))).toEqual(streams.map(() => count(0)));
    const next = streams.map(value);
    graph.count('r', 1);
    expect(await Promise.all(next)).toEqual(streams.map(() => count(1)));
    expect(graph.opened).toBe(1);
  });

  test('get the very same results, so that each is written as JSON once', async () => {
    const { join } = setup();
    const [one, other] = await Promise.all([join(), join()]);
    expect((await one.next()).value).toBe((await other.next()).value);
  });

  test('who comes late begins with the newest result', async () => {
    const { graph, join } = setup();
    const early = await join();
    await value(early);
    const next = value(early);
    graph.count('r', 7);
    await next;
    const late = await join();
    expect(await value(late)).toEqual(count(7));
    const both = [value(early), value(late)];
    graph.count('r', 8);
    expect(await Promise.all(both)).toEqual([count(8), count(8)]);
    expect(graph.opened).toBe(1);
  });

  test('share only from the beginning where results are single changes: who came late would miss some', async () => {
    const { graph, join } = setup();
    const joinChanges = () => join(counter, ann, undefined, false);
    const [one, other] = await Promise.all([joinChanges(), joinChanges()]);
    await Promise.all([value(one), value(other)]);
    expect(graph.opened).toBe(1);
    const late = await joinChanges();
    expect(graph.opened).toBe(2);
    await one.return();
    await other.return();
    expect(await value(late)).toEqual(count(0));
    expect(graph.open('r')).toBe(1);
  });

  test('the upstream closes when the last of them leaves, and the next one opens another', async () => {
    const { graph, join } = setup();
    const [one, other] = await Promise.all([join(), join()]);
    await one.return();
    expect(graph.open('r')).toBe(1);
    const pending = value(other);
    await other.return();
    expect(await pending).toBe('end');
    expect(graph.open('r')).toBe(0);
    await join();
    expect(graph.opened).toBe(2);
  });

  test('one who leaves while it opens does not keep it open', async () => {
    const { graph, ask } = setup();
    const leaving = new AbortController();
    const { answer } = ask(counter, ann, leaving.signal);
    leaving.abort();
    const stream = await answer;
    expect(isStream(stream) && (await stream.next()).done).toBe(true);
    expect(graph.contexts.map(({ life }) => life.clientLeft)).toEqual([true]);
    await graph.untilOpen('r', 0);
  });

  test('one who does not read is cut off with a code; the others miss nothing', async () => {
    const { graph, join } = setup({ queuedResults: 3 });
    const [reader, sleeper] = await Promise.all([join(), join()]);
    expect(await value(reader)).toEqual(count(0));
    for (const n of [1, 2, 3, 4]) {
      const next = value(reader);
      graph.count('r', n);
      expect(await next).toEqual(count(n));
    }
    expect(await value(sleeper)).toBe('CLIENT_TOO_SLOW');
    expect(await value(sleeper)).toBe('end');
    const next = value(reader);
    graph.count('r', 5);
    expect(await next).toEqual(count(5));
  });

  test('when none of them reads, the upstream is not read either', async () => {
    const { graph, join } = setup();
    const stream = await join();
    await value(stream);
    const { pulled } = graph;
    for (let n = 1; n <= 1_000; n += 1) graph.count('r', n);
    await new Promise(setImmediate);
    expect(graph.pulled).toBe(pulled);
    expect(await value(stream)).toEqual(count(1));
  });

  test('all hear of it when the upstream breaks', async () => {
    const { graph, join } = setup();
    const [one, other] = await Promise.all([join(), join()]);
    await Promise.all([value(one), value(other)]);
    const last = [value(one), value(other)];
    graph.breakRoom('r');
    expect(await Promise.all(last)).toEqual(['SUBGRAPH_UNAVAILABLE', 'SUBGRAPH_UNAVAILABLE']);
    expect(await Promise.all([value(one), value(other)])).toEqual(['end', 'end']);
    expect(await value(await join())).toEqual(count(0));
    expect(graph.opened).toBe(2);
  });

  test('all are refused when it is refused, and the next one asks again', async () => {
    const { graph, ask } = setup();
    const forbidden = { query: 'subscription { forbidden }', variables: {} as { room: string } };
    const answers = await Promise.all([ask(forbidden).answer, ask(forbidden).answer]);
    for (const answer of answers) expect(answer).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    expect(graph.contexts).toHaveLength(1);
    await ask(forbidden).answer;
    expect(graph.contexts).toHaveLength(2);
  });

  test('the log says whose request id the subgraphs know', async () => {
    const { ask } = setup();
    const [first, second] = [ask(), ask()];
    await Promise.all([first.answer, second.answer]);
    expect(first.context.record.upstreamRequestId).toBeUndefined();
    expect(second.context.record.upstreamRequestId).toBe('request-1');
  });
});

test('another caller has an upstream of its own', async () => {
  const { graph, join } = setup();
  await Promise.all([join(), join(counter, { ...ann, subject: 'bo' }), join(counter, { ...ann, scopes: ['more'] })]);
  expect(graph.open('r')).toBe(3);
});

test('nobody shares when it is turned off', async () => {
  const { graph, join } = setup({ share: false });
  const [one] = await Promise.all([join(), join()]);
  expect(graph.open('r')).toBe(2);
  await one.return();
  expect(graph.open('r')).toBe(1);
});

test('a graph that throws is a last result, not a crash', async () => {
  const shared = new SharedSubscriptions(
    { subscribe: () => Promise.reject(new Error('boom')) },
    { share: true, log, deadlineMs: 1, queuedResults: 1 },
  );
  const { context } = operationContext({ caller: null, requestId: 'r', log, deadlineMs: 1 });
  expect(await shared.subscribe(counter, context, { left: new AbortController().signal })).toMatchObject({
    errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: 'r' } }],
  });
});
