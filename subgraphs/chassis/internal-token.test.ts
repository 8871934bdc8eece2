import { createHash } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Caller } from './caller.ts';
import { bodyHash, deriveLinkKeys, formatLinkKeys, readLinkKeys, signInternalToken, verifyInternalToken } from './internal-token.ts';
import { allLinks, linksOf } from './links.ts';

const caller: Caller = { role: 'PATIENT', subject: 'ada', patientId: 'pat_01', scopes: ['patient/*.rs'] };
const keys = deriveLinkKeys('a secret', allLinks);
const key = (link: string) => keys.get(link) as Uint8Array;
const body = '{"query":"{ a }"}';
const toVisit = { from: 'router', to: 'visit' };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('what the router signed for a subgraph arrives as it was', () => {
  const token = signInternalToken({ ...toVisit, caller, requestId: 'r1' }, body, key('router>visit'));
  expect(verifyInternalToken(token, toVisit, key('router>visit'))).toEqual({
    ...toVisit,
    caller,
    requestId: 'r1',
    origin: {},
    bodyHash: bodyHash(body),
  });
});

test('a token for another subgraph, by another sender, or signed with another key is refused', () => {
  const token = signInternalToken({ ...toVisit, caller, requestId: 'r1' }, body, key('router>visit'));
  expect(verifyInternalToken(token, { from: 'router', to: 'billing' }, key('router>visit'))).toBeNull();
  expect(verifyInternalToken(token, { from: 'appointment', to: 'visit' }, key('router>visit'))).toBeNull();
  expect(verifyInternalToken(token, toVisit, key('router>billing'))).toBeNull();
});

test('a token is refused after half a minute and the tolerance for clocks', () => {
  const token = signInternalToken({ ...toVisit, caller, requestId: 'r1' }, body, key('router>visit'));
  vi.advanceTimersByTime(36_000);
  expect(verifyInternalToken(token, toVisit, key('router>visit'))).toBeNull();
});

test.each([undefined, '', 'x', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.'])('%s is no token', (token) => {
  expect(verifyInternalToken(token, toVisit, key('router>visit'))).toBeNull();
});

test('it is a JWT that any library reads', async () => {
  const token = signInternalToken({ ...toVisit, caller, requestId: 'r1' }, body, key('router>visit'));
  const { payload, protectedHeader } = await jwtVerify(token, key('router>visit'), {
    issuer: 'router',
    audience: 'visit',
    algorithms: ['HS256'],
  });
  const now = Math.floor(Date.now() / 1_000);
  expect(protectedHeader).toEqual({ alg: 'HS256' });
  expect(payload).toEqual({
    iss: 'router',
    aud: 'visit',
    sub: 'ada',
    jti: 'r1',
    iat: now,
    exp: now + 30,
    role: 'PATIENT',
    patientId: 'pat_01',
    scopes: ['patient/*.rs'],
    bodyHash: createHash('sha256').update(body).digest('base64url'),
  });
});

describe('a good signature is not enough', () => {
  const now = () => Math.floor(Date.now() / 1_000);
  const signed = (claims: Record<string, unknown>, header: { alg: string; typ?: string } = { alg: 'HS256' }) =>
    new SignJWT({
      iss: 'router',
      aud: 'visit',
      sub: 'ada',
      jti: 'r1',
      exp: now() + 30,
      role: 'PATIENT',
      scopes: [],
      bodyHash: bodyHash(body),
      ...claims,
    })
      .setProtectedHeader(header)
      .sign(key('router>visit'));
  const verify = (token: string) => verifyInternalToken(token, toVisit, key('router>visit'));

  test('what another library signed with the key is taken, with a list of audiences too', async () => {
    expect(verify(await signed({}, { alg: 'HS256', typ: 'JWT' }))?.caller.subject).toBe('ada');
    expect(verify(await signed({ aud: ['billing', 'visit'] }))?.caller.subject).toBe('ada');
  });
  test.each<[string, Record<string, unknown>]>([
    ['another issuer', { iss: 'billing' }],
    ['another audience', { aud: 'billing' }],
    ['a list of other audiences', { aud: ['billing', 'patient'] }],
    ['an expiry that is text', { exp: '9999999999' }],
    ['a start in the future', { nbf: Math.floor(Date.now() / 1_000) + 60 }],
    ['no request id', { jti: undefined }],
    ['no body', { bodyHash: undefined }],
    ['no subject', { sub: undefined }],
  ])('%s is refused', async (_, claims) => {
    expect(verify(await signed(claims))).toBeNull();
  });
  test('HS512 with our key, `none`, and a changed payload are refused', async () => {
    const token = await signed({});
    const [header = '', payload = '', signature = ''] = token.split('.');
    const other = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), sub: 'eve' })).toString(
      'base64url',
    );
    expect(verify(token)).not.toBeNull();
    expect(verify(await signed({}, { alg: 'HS512' }))).toBeNull();
    expect(verify(`${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.${signature}`)).toBeNull();
    expect(verify(`${header}.${other}.${signature}`)).toBeNull();
    expect(verify(`${header}.${payload}.${signature.slice(0, -4)}`)).toBeNull();
  });
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
  expect(verifyInternalToken(await sign({ role: 'PATIENT', scopes: [], bodyHash: '' }, false), toVisit, key('router>visit'))).toBeNull();
  expect(verifyInternalToken(await sign({ role: 'KING', scopes: [], bodyHash: '' }, true), toVisit, key('router>visit'))).toBeNull();
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
