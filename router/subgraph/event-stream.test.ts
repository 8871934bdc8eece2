import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventStreamParser } from './event-stream.ts';

const read = (text: string, max = 1_000) => new EventStreamParser(max).read(Buffer.from(text));

test.each<[string, string, [string, string][]]>([
  ['an event', 'event: next\ndata: {"a":1}\n\n', [['next', '{"a":1}']]],
  [
    'two events',
    'event: next\ndata: 1\n\nevent: complete\n\n',
    [
      ['next', '1'],
      ['complete', ''],
    ],
  ],
  ['an event without a name', 'data: 1\n\n', [['message', '1']]],
  ['lines that end with \\r\\n', 'event: next\r\ndata: 1\r\n\r\n', [['next', '1']]],
  ['lines that end with \\r', 'event: next\rdata: 1\r\r', [['next', '1']]],
  ['data on several lines', 'data: [\ndata: 1]\n\n', [['message', '[\n1]']]],
  ['no space after the colon, and two', 'data:1\ndata:  2\n\n', [['message', '1\n 2']]],
  ['comments', ':\n\n: still there\n\ndata: 1\n: in between\n\n', [['message', '1']]],
  ['fields of no interest', 'id: 7\nretry: 10\nnonsense\ndata: 1\n\n', [['message', '1']]],
  ['an event that is not finished', 'data: 1\n', []],
  ['a byte order mark', '\uFEFFdata: 1\n\n', [['message', '1']]],
])('%s', (_, text, expected) => {
  expect(read(text).map(({ name, data }) => [name, data])).toEqual(expected);
});

test('it does not matter where the pieces are cut, not even within a character or between \\r and \\n', () => {
  const newline = fc.constantFrom('\n', '\r\n', '\r');
  const event = fc.record({ data: fc.string({ unit: 'grapheme' }).filter((text) => !/[\r\n]/.test(text)), newline });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 5 }), fc.array(fc.nat(40), { maxLength: 10 }), (events, cuts) => {
      // One kind of line end for each stream: \r and a bare \n after it would be one.
      const end = events[0]?.newline ?? '\n';
      const bytes = Buffer.from(events.map(({ data }) => `event: next${end}data: ${data}${end}: ${end}${end}`).join(''));
      const parser = new EventStreamParser(100_000);
      const got = [];
      let from = 0;
      for (const cut of [...cuts, bytes.length]) {
        got.push(...parser.read(bytes.subarray(from, from + cut)));
        from = Math.min(bytes.length, from + cut);
      }
      expect(got).toEqual(events.map(({ data }) => ({ name: 'next', data })));
    }),
  );
});

test.each([
  ['in one line', [`data: ${'x'.repeat(2_000)}`]],
  ['in many lines', Array.from({ length: 200 }, () => 'data: 123456\n')],
  ['in many pieces of a line', ['data: ', ...Array.from({ length: 2_000 }, () => 'x')]],
  ['in an endless comment', [':', ...Array.from({ length: 2_000 }, () => 'x')]],
])('an event that is too long is given up while it comes: %s', (_, pieces) => {
  const parser = new EventStreamParser(1_000);
  expect(() => pieces.forEach((piece) => parser.read(Buffer.from(piece)))).toThrow('longer than 1000 bytes');
});

test('comments for days do not add up', () => {
  const parser = new EventStreamParser(100);
  for (let n = 0; n < 1_000; n++) expect(parser.read(Buffer.from(': still there\n\n'))).toEqual([]);
  expect(parser.read(Buffer.from('data: 1\n\n'))).toEqual([{ name: 'message', data: '1' }]);
});

test('bytes that are not UTF-8 are refused', () => {
  expect(() => new EventStreamParser(100).read(Buffer.from([0x64, 0xff, 0x0a]))).toThrow('not UTF-8');
});
