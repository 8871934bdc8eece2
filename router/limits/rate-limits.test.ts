import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { expect, test } from 'vitest';
import type { Caller } from '#chassis/caller.ts';
import { networkOf, clientAddressBehind } from '../client-address.ts';
import { unauthenticated } from '../client-errors.ts';
import { countUnknown, TooManyUnknown } from './count-unknown.ts';
import { rateLimits, type LimiterOf, type RateBudgets } from './rate-limits.ts';

const budgets: RateBudgets = {
  client: { points: 100, seconds: 60 },
  subject: { points: 50, seconds: 60 },
  address: { points: 20, seconds: 60 },
  clients: { big: { points: 1_000, seconds: 60 } },
};
const inMemory: LimiterOf = (name, { points, seconds }) => new RateLimiterMemory({ keyPrefix: name, points, duration: seconds });
const caller = (subject: string, clientId?: string): Caller => ({ role: 'PATIENT', subject, scopes: [], clientId });

test('an operation is charged to its person and its program, and the answer tells of both', async () => {
  const rates = rateLimits(budgets, inMemory);
  expect(await rates.takeFor(caller('ann', 'app'), 30)).toEqual({
    isRefused: false,
    resetSeconds: 60,
    headers: {
      'ratelimit-policy': '"subject";q=50;w=60, "client";q=100;w=60',
      ratelimit: '"subject";r=20;t=60, "client";r=70;t=60',
    },
  });
});

test('who has used all of it is told when to come again; others go on', async () => {
  const rates = rateLimits(budgets, inMemory);
  await rates.takeFor(caller('ann', 'app'), 50);
  const refused = await rates.takeFor(caller('ann', 'app'), 1);
  expect(refused).toMatchObject({ isRefused: true, headers: { ratelimit: '"subject";r=0;t=60', 'retry-after': '60' } });
  expect(await rates.takeFor(caller('bo', 'app'), 50)).toMatchObject({ isRefused: false });
  expect(await rates.takeFor(caller('cy', 'app'), 50)).toMatchObject({
    isRefused: true,
    headers: { ratelimit: expect.stringContaining('"client"') },
  });
  expect(await rates.takeFor(caller('cy', 'big'), 0)).toMatchObject({ isRefused: true }); // the person's own is spent
  expect(await rates.takeFor(caller('di', 'big'), 0)).toMatchObject({ headers: { ratelimit: '"subject";r=49;t=60, "client";r=999;t=60' } });
});

test('a store that cannot count fails the operation: the store itself has to be insured', async () => {
  const broken: LimiterOf = () => ({ consume: () => Promise.reject(new Error('down')) });
  await expect(rateLimits(budgets, broken).takeFor(caller('ann'), 1)).rejects.toThrow('down');
  // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- that is how the library refuses
  const spent: LimiterOf = () => ({ consume: () => Promise.reject(new RateLimiterRes(0, 1)) });
  expect(await rateLimits(budgets, spent).takeFor(caller('ann'), 1)).toMatchObject({ isRefused: true, resetSeconds: 1 });
});

test('bad tokens count ten times, no token once, good ones not at all', async () => {
  const rates = rateLimits(budgets, inMemory);
  const bad = () => countUnknown(rates, '10.0.0.1', () => Promise.reject(unauthenticated('no')));
  const none = () => countUnknown(rates, '10.0.0.1', async () => null);
  await expect(bad()).rejects.toThrow('no');
  for (let round = 0; round < 10; round++) expect(await none()).toBeNull();
  await expect(none()).rejects.toBeInstanceOf(TooManyUnknown);
  await expect(bad()).rejects.toBeInstanceOf(TooManyUnknown);
  expect(await countUnknown(rates, '10.0.0.1', async () => 'ann')).toBe('ann');
  expect(await countUnknown(rates, '10.0.0.2', async () => null)).toBeNull();
  await expect(countUnknown(rates, '10.0.0.2', () => Promise.reject(new TypeError('a defect')))).rejects.toThrow('a defect');
});

const from = (remoteAddress: string, headers: Record<string, string> = {}) => ({ socket: { remoteAddress } as never, headers });

test('the client’s address is that of the connection, unless a trusted proxy says another', () => {
  const nobody = clientAddressBehind({ ranges: [], header: 'x-forwarded-for' });
  expect(nobody(from('::ffff:10.0.0.9', { 'x-forwarded-for': '1.2.3.4' }))).toBe('10.0.0.9');
  const proxies = clientAddressBehind({ ranges: ['10.0.0.0/8', '::1'], header: 'x-forwarded-for' });
  expect(proxies(from('203.0.113.5', { 'x-forwarded-for': '1.2.3.4' }))).toBe('203.0.113.5');
  expect(proxies(from('10.0.0.9', { 'x-forwarded-for': '6.6.6.6, 1.2.3.4, 10.1.1.1' }))).toBe('1.2.3.4');
  expect(proxies(from('::1', { 'x-forwarded-for': '[2001:db8::7]:443' }))).toBe('2001:db8::7');
  expect(proxies(from('10.0.0.9', { 'x-forwarded-for': 'nonsense, 10.1.1.1' }))).toBe('10.1.1.1');
  expect(proxies(from('10.0.0.9', { forwarded: 'for=1.2.3.4' }))).toBe('10.0.0.9');
  const standard = clientAddressBehind({ ranges: ['10.0.0.0/8'], header: 'forwarded' });
  expect(standard(from('10.0.0.9', { forwarded: 'for=6.6.6.6, proto=https;For="[2001:db8::7]:47"' }))).toBe('2001:db8::7');
  expect(() => clientAddressBehind({ ranges: ['10.0.0.0/33'], header: 'forwarded' })).toThrow('"10.0.0.0/33" is no address');
});

test.each([
  ['1.2.3.4', '1.2.3.4'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::7', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('%s is counted as %s', (address, network) => expect(networkOf(address)).toBe(network));
