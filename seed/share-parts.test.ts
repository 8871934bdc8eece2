import { expect, test } from 'vitest';
import { shareParts, StoppedError } from './share-parts.ts';

async function collect<T>(parts: AsyncIterable<T>, into: T[] = []): Promise<T[]> {
  for await (const part of parts) into.push(part);
  return into;
}

test('every reader gets every item in order', async () => {
  const readers = shareParts([1, 2, 3, 4, 5][Symbol.iterator](), 3, 2);
  expect(await Promise.all(readers.map((reader) => collect(reader)))).toEqual([1, 2, 3].map(() => [1, 2, 3, 4, 5]));
});

test('an empty source ends at once', async () => {
  expect(await Promise.all(shareParts([][Symbol.iterator](), 2, 1).map((reader) => collect(reader)))).toEqual([[], []]);
});

test('nobody is further ahead of the slowest than the window', async () => {
  const made: number[] = [];
  function* source() {
    for (let item = 1; item <= 10; item++) {
      made.push(item);
      yield item;
    }
  }
  const [fast, slow] = shareParts(source(), 2, 3) as [AsyncIterable<number>, AsyncIterable<number>];
  const slowly = slow[Symbol.asyncIterator]();
  const quick = collect(fast);
  await slowly.next();
  await new Promise((resolve) => setImmediate(resolve));
  expect(made).toEqual([1, 2, 3]);
  for (let item = 2; item <= 10; item++) expect((await slowly.next()).value).toBe(item);
  expect((await slowly.next()).done).toBe(true);
  expect(await quick).toHaveLength(10);
});

test('nobody comes to the end while another is still at the last item', async () => {
  const [first, last] = shareParts(['only'][Symbol.iterator](), 2, 1) as [AsyncIterable<string>, AsyncIterable<string>];
  let ended = false;
  const early = collect(first).then(() => (ended = true));
  const late = last[Symbol.asyncIterator]();
  await late.next();
  await new Promise((resolve) => setImmediate(resolve));
  expect(ended).toBe(false);
  await late.next();
  await early;
  expect(ended).toBe(true);
});

test('when one stops, the others are told and do not come to the end', async () => {
  const [failing, other] = shareParts([1, 2, 3][Symbol.iterator](), 2, 1) as [AsyncIterable<number>, AsyncIterable<number>];
  const failed = (async () => {
    for await (const part of failing) if (part === 2) throw new Error('disk full');
  })();
  const outcomes = await Promise.allSettled([failed, collect(other)]);
  expect(outcomes.map((outcome) => (outcome.status === 'rejected' ? (outcome.reason as Error).message : 'done'))).toEqual([
    'disk full',
    new StoppedError().message,
  ]);
});
