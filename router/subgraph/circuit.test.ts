import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ask, dataText, handFedTransport, readableLog, settled, testContext } from '../testing/hand-fed-transport.ts';
import { subgraphClient } from './client.ts';
import { TransportFailure } from './transport.ts';
import type { SubgraphAnswer } from './transport.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp(limits: Parameters<typeof subgraphClient>[0]['limits'] = {}) {
  const { log, lines } = readableLog();
  const fed = handFedTransport();
  const client = subgraphClient({ service: 'things', transport: fed.transport, identify: () => () => ({}), log, limits });
  return {
    ...fed,
    client,
    query: (context = testContext()) => client(ask('query'), context),
    mutate: (context = testContext()) => client(ask('mutation'), context),
    stateChanges: () => lines.map(({ msg }) => msg),
  };
}

const sick: () => SubgraphAnswer = () => ({ status: 500, body: 'out of memory' });
const dead = (): never => {
  throw new TransportFailure('ECONNRESET', { sent: true, passing: true });
};
const unavailable = { code: 'SUBGRAPH_UNAVAILABLE' };
const times = async (count: number, work: () => Promise<unknown>) => {
  for (let n = 0; n < count; n++) await work();
};

test.each<[string, () => SubgraphAnswer]>([
  ['answers 500 without GraphQL', sick],
  ['breaks the line', dead],
])('a service that %s ten times is left alone, and the log says so once', async (_, behaviour) => {
  const { always, mutate, sent, stateChanges } = setUp();
  always(behaviour);
  await times(10, mutate);
  expect(sent).toHaveLength(10);
  expect(await mutate()).toEqual(unavailable);
  await times(20, mutate);
  expect(sent).toHaveLength(10);
  expect(stateChanges()).toEqual(['a subgraph fails too often: requests to it are refused for now']);
});

test('after three seconds one request is let through as a probe, the others are refused meanwhile; its success closes the circuit', async () => {
  const { always, mutate, query, sent, stateChanges } = setUp();
  always(sick);
  await times(10, mutate);
  always(null);
  vi.setSystemTime(Date.now() + 3_001);
  const probe = query();
  await settled();
  expect(sent).toHaveLength(11);
  expect(await Promise.all([query(), mutate()])).toEqual([unavailable, unavailable]);
  sent[10]?.answer({ things: [] });
  expect(await probe).toEqual({ data: { things: [] } });
  always(() => dataText({}));
  expect(await query()).toEqual({ data: {} });
  expect(stateChanges()).toEqual(['a subgraph fails too often: requests to it are refused for now', 'a subgraph is well again']);
});

test('a probe that fails, or whose client leaves, keeps it open for another three seconds without another line in the log', async () => {
  const { always, mutate, query, sent, stateChanges } = setUp();
  always(sick);
  await times(10, mutate);
  vi.setSystemTime(Date.now() + 3_001);
  expect(await mutate()).toEqual(unavailable);
  expect(await mutate()).toEqual(unavailable);
  expect(sent).toHaveLength(11);
  always(null);
  vi.setSystemTime(Date.now() + 3_001);
  const leaving = testContext();
  const probe = query(leaving);
  await settled();
  expect(sent).toHaveLength(12);
  leaving.life.leave();
  await probe;
  await settled();
  expect(await query()).toEqual(unavailable);
  expect(sent).toHaveLength(12);
  expect(stateChanges()).toHaveLength(1);
});

test.each<[string, SubgraphAnswer]>([
  ['errors with codes', { status: 200, body: '{"errors":[{"message":"no","extensions":{"code":"BAD_USER_INPUT"}}]}' }],
  ['status 500 with GraphQL errors', { status: 500, body: '{"errors":[{"message":"no"}]}' }],
  ['status 400', { status: 400, body: 'no' }],
  ['a refused token', { status: 401, body: '{}' }],
])('%s are answers, not failures of the service', async (_, answer) => {
  const { always, query, sent } = setUp();
  always(() => answer);
  await times(30, query);
  expect(sent).toHaveLength(30);
});

test('clients that leave say nothing of the service', async () => {
  const { query, sent } = setUp();
  for (let n = 1; n <= 30; n++) {
    const context = testContext();
    const answer = query(context);
    await settled();
    context.life.leave();
    await answer;
    await settled();
    expect(sent).toHaveLength(n);
  }
});

test('a hanging service is left alone after ten deadlines, unless others had used up most of the time', async () => {
  const hanging = setUp();
  await Promise.all(Array.from({ length: 10 }, () => hanging.query(testContext({ deadlineMs: 20 }))));
  await settled();
  expect(await hanging.query()).toEqual(unavailable);

  const late = setUp();
  const spent = () => ({ ...testContext(), life: testContext({ deadlineMs: 20 }).life });
  await Promise.all(
    Array.from({ length: 10 }, () => {
      const context = spent();
      // Began long ago: only its last milliseconds were left for this service.
      Object.defineProperty(context.life, 'startedAt', { value: performance.now() - 5_000 });
      return late.query(context);
    }),
  );
  await settled();
  void late.query();
  await settled();
  expect(late.sent).toHaveLength(11);
});

test('no more than `concurrency` are on their way and no more than `queue` wait; the rest is refused at once, and that opens no circuit', async () => {
  const { mutate, sent } = setUp({ concurrency: 2, queue: 3 });
  const answers = Array.from({ length: 20 }, () => mutate());
  await settled();
  expect(sent).toHaveLength(2);
  expect(await Promise.all(answers.slice(5))).toEqual(Array.from({ length: 15 }, () => unavailable));
  for (let n = 0; n < 5; n++) {
    sent[n]?.answer({ n });
    await settled();
  }
  expect(await Promise.all(answers.slice(0, 5))).toEqual([0, 1, 2, 3, 4].map((n) => ({ data: { n } })));
});

test('whoever waits for a turn gets the deadline, and nothing is sent any more', async () => {
  const { client, query, sent } = setUp({ concurrency: 1, queue: 3 });
  const first = query();
  await settled();
  expect(await client(ask('query', '{ other }'), testContext({ deadlineMs: 20 }))).toEqual({ code: 'SUBGRAPH_TIMEOUT' });
  sent[0]?.answer({});
  await first;
  await settled();
  expect(sent).toHaveLength(1);
});
