import { expect, test } from 'vitest';
import { collect } from '../testing/hand-fed-transport.ts';
import { PushIterator } from './push-iterator.ts';

function setUp() {
  const heard: string[] = [];
  const note = (what: string) => () => void heard.push(what);
  return { heard, iterator: new PushIterator<number>({ onWaiting: note('waiting'), onFull: note('full'), onEnd: note('end') }) };
}
const over = { value: undefined, done: true };

test('what is pushed is read in order, before and after somebody waits for it', async () => {
  const { iterator } = setUp();
  const first = iterator.next();
  const second = iterator.next();
  iterator.push(1);
  iterator.push(2);
  iterator.push(3);
  iterator.end(4);
  iterator.push(5);
  expect([await first, await second].map(({ value }) => value)).toEqual([1, 2]);
  expect(await collect(iterator)).toEqual([3, 4]);
});

test('return ends it while somebody waits, once', async () => {
  const { iterator, heard } = setUp();
  const waiting = iterator.next();
  await iterator.return();
  expect(await waiting).toEqual(over);
  expect(await iterator.next()).toEqual(over);
  await iterator.return();
  iterator.fail(new Error('late'));
  expect(await iterator.next()).toEqual(over);
  expect(heard).toEqual(['waiting', 'end']);
});

test('an error comes after what was pushed, once', async () => {
  const { iterator } = setUp();
  iterator.push(1);
  iterator.fail(new Error('broken'));
  expect(await iterator.next()).toEqual({ value: 1, done: false });
  await expect(iterator.next()).rejects.toThrow('broken');
  expect(await iterator.next()).toEqual(over);
});

test('it says when the reader is behind, and when it waits again', async () => {
  const { iterator, heard } = setUp();
  iterator.push(1);
  await iterator.next();
  void iterator.next();
  expect(heard).toEqual(['full', 'waiting']);
});
