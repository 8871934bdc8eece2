import { expect, test } from 'vitest';
import { bySecret } from './client-proof.ts';
import { introspection } from './introspection.ts';

/** A provider whose answers and clock a test sets. */
function provider(options: { mostAnswers?: number } = {}) {
  const state = { inactive: new Set<string>(), answer: undefined as unknown, now: 0, asked: [] as string[] };
  const check = introspection({
    url: new URL('https://id.example/introspect'),
    prove: async () => ({ headers: {}, form: {} }),
    cacheMs: 20_000,
    now: () => state.now,
    onFailure: () => undefined,
    ask: async (token) => {
      state.asked.push(token);
      if (state.answer instanceof Error) throw state.answer;
      return state.answer ?? { active: !state.inactive.has(token) };
    },
    ...options,
  });
  const lets = (token: string): Promise<boolean | string> =>
    Promise.resolve(check({ subject: 'ada', issuedAt: 0 }, token)).then(
      () => true,
      (error: { extensions: { code: string } }) => error.extensions.code,
    );
  return { state, lets };
}

test('each token is asked about once in a while, by however many requests', async () => {
  const { state, lets } = provider();
  expect(await Promise.all([lets('t'), lets('t'), lets('t')])).toEqual([true, true, true]);
  state.now = 20_000;
  expect(await lets('t')).toBe(true);
  expect(state.asked).toEqual(['t']);
});

test('a revoked token is out when the answer about it is old, and stays out', async () => {
  const { state, lets } = provider();
  await lets('t');
  state.inactive.add('t');
  state.now = 20_001;
  expect(await lets('t')).toBe('UNAUTHENTICATED');
  state.inactive.clear();
  state.now = 3_600_000;
  expect(await lets('t')).toBe('UNAUTHENTICATED');
});

test('while the provider is away who was good stays so for 45 s; a token it was never asked about is "try again"', async () => {
  const { state, lets } = provider();
  await lets('known');
  state.answer = new TypeError('fetch failed');
  state.now = 45_000;
  expect([await lets('known'), await lets('new')]).toEqual([true, 'IDENTITY_UNAVAILABLE']);
  expect(state.asked).toEqual(['known', 'known']); // the second failure did not even ask
  state.now = 45_001;
  expect(await lets('known')).toBe('IDENTITY_UNAVAILABLE');
  state.answer = undefined;
  state.now = 46_001;
  expect([await lets('known'), await lets('new')]).toEqual([true, true]);
});

test.each([[{}], [{ active: 'yes' }], ['active'], [null]])('an answer like %o lets nobody in', async (answer) => {
  const { state, lets } = provider();
  state.answer = answer ?? [];
  expect(await lets('t')).toBe('IDENTITY_UNAVAILABLE');
});

test('as many answers are kept as may be: the oldest go', async () => {
  const { state, lets } = provider({ mostAnswers: 2 });
  for (const token of ['a', 'b', 'c', 'c', 'a']) await lets(token);
  expect(state.asked).toEqual(['a', 'b', 'c', 'a']);
});

test('a secret is encoded before it is sent', async () => {
  const { headers } = await bySecret('my client', 'a:b+c%')();
  expect(Buffer.from(headers['authorization']?.slice('Basic '.length) ?? '', 'base64').toString()).toBe('my+client:a%3Ab%2Bc%25');
});
