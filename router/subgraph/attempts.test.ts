import { pino } from 'pino';
import { expect, test } from 'vitest';
import { ask, dataText, handFedTransport, settled, testContext } from '../testing/hand-fed-transport.ts';
import { subgraphClient } from './client.ts';
import { AnswerUnusable, TransportFailure } from './transport.ts';
import type { SubgraphAnswer } from './transport.ts';

const clientOf = (transport: ReturnType<typeof handFedTransport>['transport']) =>
  subgraphClient({ service: 'things', transport, identify: () => () => ({}), log: pino({ level: 'silent' }) });

const refused = new TransportFailure('ECONNREFUSED', { sent: false, passing: true });
const broken = new TransportFailure('ECONNRESET', { sent: true, passing: true });
const garbled = new TransportFailure('HPE_INVALID_CONSTANT', { sent: true, passing: false });
const status = (code: number): SubgraphAnswer => ({ status: code, body: 'no' });

const cases: [kind: 'query' | 'mutation', what: string, first: Error | SubgraphAnswer, sends: number][] = [
  ['query', 'a refused connection', refused, 2],
  ['query', 'a broken connection', broken, 2],
  ['query', 'a 502', status(502), 2],
  ['query', 'a 503', status(503), 2],
  ['query', 'a 504', status(504), 2],
  ['query', 'a 500', status(500), 1],
  ['query', 'a 200 with an error in it', { status: 200, body: '{"errors":[{"message":"no"}]}' }, 1],
  ['query', 'an answer that is no HTTP', garbled, 1],
  ['query', 'an answer that is too long', new AnswerUnusable('too long'), 1],
  ['query', 'a defect of the transport', new Error('defect'), 1],
  ['mutation', 'a refused connection: nothing was sent', refused, 2],
  ['mutation', 'a broken connection', broken, 1],
  ['mutation', 'a 503', status(503), 1],
];
test.each(cases)('a %s after %s', async (kind, _, first, sends) => {
  const { transport, sent } = handFedTransport();
  const answer = clientOf(transport)(ask(kind), testContext());
  await settled();
  if (first instanceof Error) sent[0]?.fail(first);
  else sent[0]?.answerWith(first);
  await settled();
  sent[1]?.answer({ things: [] });
  const got = await answer;
  expect(sent).toHaveLength(sends);
  if (sends === 2) expect(got).toEqual({ data: { things: [] } });
  else expect(got).not.toHaveProperty('data.things');
});

test('the second attempt is the last, and has less time', async () => {
  const { transport, sent } = handFedTransport();
  const answer = clientOf(transport)(ask(), testContext({ deadlineMs: 10_000 }));
  await settled();
  const firstDeadline = Number(sent[0]?.request.headers['x-deadline-ms']);
  sent[0]?.fail(broken);
  await settled();
  sent[1]?.fail(broken);
  expect(await answer).toEqual({ code: 'SUBGRAPH_UNAVAILABLE' });
  expect(sent).toHaveLength(2);
  expect(Number(sent[1]?.request.headers['x-deadline-ms'])).toBeLessThanOrEqual(firstDeadline);
});

test('nobody waits, nothing is repeated', async () => {
  const { transport, sent } = handFedTransport();
  const context = testContext();
  const answer = clientOf(transport)(ask(), context);
  await settled();
  context.life.leave();
  sent[0]?.fail(broken);
  await answer;
  await settled();
  expect(sent).toHaveLength(1);
});

test('what fails now and then is repeated, what always fails is not asked twice as much', async () => {
  const flaky = handFedTransport();
  let count = 0;
  flaky.always(() => (++count % 6 === 0 ? status(503) : dataText({})));
  const client = clientOf(flaky.transport);
  for (let n = 0; n < 100; n++) expect(await client(ask(), testContext())).toEqual({ data: {} });
  expect(flaky.sent).toHaveLength(119);

  const failing = handFedTransport();
  // With GraphQL in it, so that the circuit stays closed: this is about the budget.
  failing.always(() => ({ status: 503, body: '{"errors":[{"message":"busy"}]}' }));
  const other = clientOf(failing.transport);
  for (let n = 0; n < 100; n++) await other(ask(), testContext());
  expect(failing.sent.length).toBeGreaterThanOrEqual(130); // a fifth, and ten
  expect(failing.sent.length).toBeLessThan(150);
});
