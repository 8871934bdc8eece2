import { SignJWT } from 'jose';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Caller } from './caller.ts';
import { deriveLinkKeys, formatLinkKeys, readLinkKeys, signInternalToken, verifyInternalToken } from './internal-token.ts';
import { allLinks, linksOf } from './links.ts';

const caller: Caller = { role: 'PATIENT', subject: 'ada', patientId: 'pat_01', scopes: ['patient/*.rs'] };
const keys = deriveLinkKeys('a secret', allLinks);
const key = (link: string) => keys.get(link) as Uint8Array;
const toVisit = { from: 'router', to: 'visit' };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('what the router signed for a subgraph arrives as it was', async () => {
  const token = await signInternalToken({ ...toVisit, caller, requestId: 'r1' }, key('router>visit'));
  expect(await verifyInternalToken(token, toVisit, key('router>visit'))).toEqual({ ...toVisit, caller, requestId: 'r1' });
});

test('a token for another subgraph, by another sender, or signed with another key is refused', async () => {
  const token = await signInternalToken({ ...toVisit, caller, requestId: 'r1' }, key('router>visit'));
  expect(await verifyInternalToken(token, { from: 'router', to: 'billing' }, key('router>visit'))).toBeNull();
  expect(await verifyInternalToken(token, { from: 'appointment', to: 'visit' }, key('router>visit'))).toBeNull();
  expect(await verifyInternalToken(token, toVisit, key('router>billing'))).toBeNull();
});

test('a token is refused after half a minute and the tolerance for clocks', async () => {
  const token = await signInternalToken({ ...toVisit, caller, requestId: 'r1' }, key('router>visit'));
  vi.advanceTimersByTime(36_000);
  expect(await verifyInternalToken(token, toVisit, key('router>visit'))).toBeNull();
});

test.each([undefined, '', 'x', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.'])('%s is no token', async (token) => {
  expect(await verifyInternalToken(token, toVisit, key('router>visit'))).toBeNull();
});

test('a token without expiry or with an unknown role is refused although the signature is good', async () => {
  const sign = (claims: Record<string, unknown>, expires: boolean) => {
    const jwt = new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('router')
      .setAudience('visit')
      .setSubject('ada')
      .setJti('r1')
      .setIssuedAt();
    return (expires ? jwt.setExpirationTime('30s') : jwt).sign(key('router>visit'));
  };
  expect(await verifyInternalToken(await sign({ role: 'PATIENT', scopes: [] }, false), toVisit, key('router>visit'))).toBeNull();
  expect(await verifyInternalToken(await sign({ role: 'KING', scopes: [] }, true), toVisit, key('router>visit'))).toBeNull();
});

test('link keys survive the environment variable', () => {
  expect([...readLinkKeys(formatLinkKeys(keys)).keys()]).toEqual([...allLinks]);
  expect(Buffer.from(readLinkKeys(formatLinkKeys(keys)).get('router>visit') as Uint8Array)).toEqual(key('router>visit'));
});

test.each([
  ['router-visit=abc', 'is not of the form'],
  ['router>visit=c2hvcnQ', 'at least 32'],
])('LINK_KEYS %s is refused with the reason', (text, reason) => {
  expect(() => readLinkKeys(text)).toThrow(reason);
});

test('a process is given only the keys of its own links', () => {
  expect(linksOf('patient').every((link) => link.includes('patient'))).toBe(true);
  expect(linksOf('patient')).not.toContain('router>visit');
});
