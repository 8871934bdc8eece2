import type { JWTPayload } from 'jose';
import { describe, expect, test } from 'vitest';
import { isAccessToken, readClaims } from './claims.ts';

const payload = { sub: 'grace', role: 'PRACTITIONER', practitioner_id: 'prc_1', scope: 'user/*.rs' };

describe('claims', () => {
  test('name the program, who acts for whom, and the purpose', () => {
    const claims = { ...payload, client_id: 'app', azp: 'other', act: { sub: 'nurse', act: { sub: 'earlier' } }, purpose_of_use: 'ETREAT' };
    expect(readClaims(claims).caller).toMatchObject({ subject: 'grace', clientId: 'app', actor: 'nurse', purpose: 'ETREAT' });
    expect(readClaims({ ...payload, azp: 'other' }).caller.clientId).toBe('other');
  });

  test('say by what the token can be revoked; one that does not say when it was issued is the oldest', () => {
    expect(readClaims({ ...payload, jti: 'j', sid: 's', iat: 7, client_id: 'app' }).facts).toEqual({
      subject: 'grace',
      clientId: 'app',
      id: 'j',
      sessionId: 's',
      issuedAt: 7_000,
    });
    expect(readClaims(payload).facts.issuedAt).toBe(0);
  });

  test.each([{ act: {} }, { act: 'nurse' }, { client_id: '' }, { jti: 7 }, { scope: ['user/*.rs'] }])('with %o name nobody', (odd) => {
    expect(() => readClaims({ ...payload, ...odd } as JWTPayload)).toThrow();
  });

  test('with a purpose that does not fit are refused by its name', () => {
    expect(() => readClaims({ ...payload, purpose_of_use: 'HPAYMT' })).toThrow('HPAYMT does not fit the role PRACTITIONER');
  });
});

describe('a token', () => {
  test.each(['JWT', 'jwt', 'at+jwt', 'application/at+jwt'])('of type %s is an access token', (typ) => {
    expect(isAccessToken({ alg: 'EdDSA', typ }, payload)).toBe(true);
  });

  test.each([
    [undefined, {}],
    ['logout+jwt', {}],
    ['secevent+jwt', {}],
    ['dpop+jwt', {}],
    ['id_token', {}],
    ['JWT', { nonce: 'n' }],
    ['JWT', { at_hash: 'h' }],
    ['at+jwt', { events: {} }],
    ['JWT', { typ: 'ID' }],
    ['JWT', { typ: 'Refresh' }],
    ['JWT', { token_use: 'id' }],
    ['at+jwt', { cnf: { jkt: 'thumbprint' } }],
  ])('of type %s with %o is none', (typ, claims) => {
    expect(isAccessToken({ alg: 'EdDSA', ...(typ !== undefined && { typ }) }, { ...payload, ...claims })).toBe(false);
  });
});
