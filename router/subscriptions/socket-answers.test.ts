import { expect, test } from 'vitest';
import { SocketAnswers } from './socket-answers.ts';

/** What the network would get if it took everything now. */
function waitingAnswers() {
  const waiting: (() => string | null)[] = [];
  const answers = new SocketAnswers('a"1', (text) => {
    waiting.push(text);
    return new Promise(() => undefined);
  });
  return { answers, taken: () => waiting.map((text) => JSON.parse(text() ?? 'null') as unknown) };
}

test('results and the end are messages with the id of the operation', () => {
  const { answers, taken } = waitingAnswers();
  void answers.event({ data: { a: 1 } });
  void answers.complete();
  expect(taken()).toEqual([
    { id: 'a"1', type: 'next', payload: { data: { a: 1 } } },
    { id: 'a"1', type: 'complete' },
  ]);
});

test('errors without data are an error message, and nothing follows it', () => {
  const { answers, taken } = waitingAnswers();
  const errors = [{ message: 'broken' }];
  void answers.event({ errors });
  void answers.complete();
  expect(taken()).toEqual([{ id: 'a"1', type: 'error', payload: errors }, null]);
});

test('what waits its turn is not sent when the client has completed the operation meanwhile', () => {
  const { answers, taken } = waitingAnswers();
  void answers.event({ data: { a: 1 } });
  answers.silence();
  void answers.event({ data: { a: 2 } });
  expect(taken()).toEqual([null]);
});
