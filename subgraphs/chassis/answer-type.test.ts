import { expect, test } from 'vitest';
import { answerType } from './answer-type.ts';

const json = 'application/json';
const response = 'application/graphql-response+json';

test.each([
  [undefined, json],
  ['*/*', json],
  [json, json],
  ['Application/JSON', json],
  ['application/json; charset=utf-8', json],
  [response, response],
  [`${response}; charset=utf-8, ${json}; charset=utf-8`, response],
  [`${json}, ${response}`, json],
  [`${json};q=0.5, ${response}`, response],
  [`${json}, ${response};q=0.9`, json],
  [`${response}, */*;q=0.1`, response],
  [`${response}, */*`, response],
  ['application/*', json],
  ['text/html, */*;q=0.8', json],
  [`${json};q=0, */*`, response],
  [`text/event-stream, ${json};q=0.1`, json],
])('accept %s is answered as %s', (accept, type) => expect(answerType(accept)).toBe(type));

test.each(['text/csv', 'text/*', '', 'application/json;q=0', '*/*;q=0', `${json};q=0, ${response};q=0, */*;q=0`, 'application/json;q=x'])(
  'accept %j is refused',
  (accept) => expect(() => answerType(accept)).toThrow(expect.objectContaining({ status: 406 })),
);

test('who takes an answer in parts also says what it takes when there is one part only', () => {
  expect(answerType('multipart/mixed;deferSpec=20220824,application/json')).toBe('multipart/mixed;deferSpec=20220824, application/json');
  expect(() => answerType('multipart/mixed;deferSpec=20220824')).toThrow(expect.objectContaining({ status: 406 }));
});
