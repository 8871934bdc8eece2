import { expect, test } from 'vitest';
import { madeUpGraph } from '../testing/made-up-graph.ts';
import { complaintAbout, fuzz } from './fuzz.ts';

test('made-up requests are answered, each in words that are meant for a client', async () => {
  const router = await madeUpGraph({ planning: 'in this thread', http: { graceMs: 0 } });
  const { sent, findings, answers } = await fuzz({
    url: `http://127.0.0.1:${router.port}`,
    seed: 4,
    count: 300,
    withinMs: 60_000,
    slowMs: 1_000,
  });
  await router.close();
  expect(findings.map(({ index, complaint, request, answer }) => ({ index, complaint, kind: request.kind, answer }))).toEqual([]);
  expect(sent).toBe(300);
  expect(answers['200']).toBeGreaterThan(20);
}, 60_000);

test.each([
  [500, '{"errors":[{"extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}', 'a defect'],
  [502, 'Bad gateway', 'a failure without a class'],
  [503, '{"errors":[{"extensions":{"code":"ROUTER_BUSY"}}]}', null],
  [404, 'nothing', 'a refusal without a code'],
  [200, '{"errors":[{"message":"x is undefined"}]}', 'says "undefined"'],
  [200, '{"errors":[{"message":"at run (/app/x.ts:5)"}]}', 'says "at run ("'],
  [200, '{"data":{}}', null],
])('an answer with %d %s: %s', (status, text, complaint) => expect(complaintAbout(status, text)).toBe(complaint));
