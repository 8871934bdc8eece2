import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Caller } from '#chassis/caller.ts';
import { ask, handFedTransport, settled, testContext } from '../testing/hand-fed-transport.ts';
import { subgraphClient } from './client.ts';
import { MutationCount } from './query-sharing.ts';

function setUp({ share = true, answersText = true } = {}) {
  const fed = handFedTransport({ answersText });
  const sharing = share ? new MutationCount() : undefined;
  const options = { transport: fed.transport, identify: () => () => ({}), log: pino({ level: 'silent' }), sharing };
  return { ...fed, things: subgraphClient({ service: 'things', ...options }), people: subgraphClient({ service: 'people', ...options }) };
}

const patient = (patientId: string): Caller => ({ role: 'PATIENT', subject: 'same', patientId, scopes: [] });

test('what one caller asks twice at the same time is asked once, and each gets a copy of its own', async () => {
  const { things, sent } = setUp();
  const answers = [1, 2, 3].map((n) => things(ask(), testContext({ requestId: `r${n}` })));
  await settled();
  expect(sent).toHaveLength(1);
  expect(sent[0]?.request.headers['x-request-id']).toBe('r1');
  sent[0]?.answer({ things: [{ id: 't1' }] });
  const [first, second, third] = await Promise.all(answers);
  expect([first, second, third]).toEqual(Array.from({ length: 3 }, () => ({ data: { things: [{ id: 't1' }] } })));
  Object.assign(first && 'data' in first ? (first.data ?? {}) : {}, { things: 'changed' });
  expect(second).toEqual({ data: { things: [{ id: 't1' }] } });
  void things(ask(), testContext());
  await settled();
  expect(sent).toHaveLength(2); // the first is answered: nothing is kept
});

test.each<[string, (one: ReturnType<typeof setUp>) => Promise<unknown>[]]>([
  ['another caller', ({ things }) => [patient('p1'), patient('p2')].map((caller) => things(ask(), testContext({ caller })))],
  ['nobody and somebody', ({ things }) => [null, patient('p1')].map((caller) => things(ask(), testContext({ caller })))],
  ['another text', ({ things }) => ['{ a }', '{ b }'].map((text) => things(ask('query', text), testContext()))],
  ['another service', ({ things, people }) => [things, people].map((client) => client(ask(), testContext()))],
  ['a mutation', ({ things }) => [1, 2].map(() => things(ask('mutation'), testContext()))],
])('%s is asked by itself', async (_, start) => {
  const one = setUp();
  start(one).map((answer) => void answer);
  await settled();
  expect(one.sent).toHaveLength(2);
});

test.each([
  ['the switch is off', { share: false }],
  ['the subgraph is in the same process', { answersText: false }],
])('nothing is shared when %s', async (_, options) => {
  const { things, sent } = setUp(options);
  [1, 2].map(() => void things(ask(), testContext()));
  await settled();
  expect(sent).toHaveLength(2);
});

test('everyone reads what they have written: a query joins none that began before a mutation ended, in any service', async () => {
  const { things, people, sent } = setUp();
  const before = things(ask(), testContext());
  const written = people(ask('mutation'), testContext());
  const during = things(ask(), testContext());
  await settled();
  expect(sent).toHaveLength(2);
  sent[1]?.answer({ done: true });
  await written;
  const after = things(ask(), testContext());
  const afterToo = things(ask(), testContext());
  await settled();
  expect(sent).toHaveLength(3);
  sent[0]?.answer({ things: 'old' });
  sent[2]?.answer({ things: 'new' });
  expect(await Promise.all([before, during])).toEqual([{ data: { things: 'old' } }, { data: { things: 'old' } }]);
  expect(await Promise.all([after, afterToo])).toEqual([{ data: { things: 'new' } }, { data: { things: 'new' } }]);
});

test('a mutation that failed or ran out of time may have had an effect too', async () => {
  const { things, sent } = setUp();
  void things(ask(), testContext());
  expect(await things(ask('mutation'), testContext({ deadlineMs: 20 }))).toEqual({ code: 'SUBGRAPH_TIMEOUT' });
  void things(ask(), testContext());
  await settled();
  expect(sent.map(({ request }) => request.operation.kind)).toEqual(['query', 'mutation', 'query']);
});

test('it is cancelled when the last of its callers has left, and not before', async () => {
  const { things, sent } = setUp();
  const contexts = [testContext(), testContext(), testContext()];
  const answers = contexts.map((context) => things(ask(), context));
  await settled();
  contexts[0]?.life.leave();
  contexts[2]?.life.leave();
  await settled();
  expect(sent[0]?.cancelled).toBe(false);
  contexts[1]?.life.leave();
  await settled();
  expect(sent[0]?.cancelled).toBe(true);
  expect(await Promise.all(answers)).toEqual(Array.from({ length: 3 }, () => ({ code: 'SUBGRAPH_UNAVAILABLE' })));
  void things(ask(), testContext());
  await settled();
  expect(sent).toHaveLength(2); // a cancelled one is not joined
});

test('each caller has a deadline of its own', async () => {
  const { things, sent } = setUp();
  const patient1 = things(ask(), testContext({ deadlineMs: 20 }));
  const patient2 = things(ask(), testContext({ deadlineMs: 10_000 }));
  expect(await patient1).toEqual({ code: 'SUBGRAPH_TIMEOUT' });
  expect(sent[0]?.cancelled).toBe(false);
  sent[0]?.answer({ things: [] });
  expect(await patient2).toEqual({ data: { things: [] } });
});
