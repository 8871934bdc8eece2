import { CompactSign, SignJWT, exportJWK, generateKeyPair } from 'jose';
import type { JWTPayload } from 'jose';
import { describe, expect, test } from 'vitest';
import { createTokenVerifier, localKeys, readBearer } from './identity.ts';
import { revoked } from './identity/revocation.ts';

const issuer = 'https://id.example';
const audience = 'graph';
const inAnHour = () => Math.floor(Date.now() / 1000) + 3_600;
const valid = { iss: issuer, aud: audience, sub: 'u1', role: 'FRONT_DESK' };

async function setup(algorithm = 'EdDSA') {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: algorithm };
  const keys = localKeys({ keys: [jwk] });
  const verify = createTokenVerifier({ issuer, audience, keys });
  const signAsIs = (payload: JWTPayload) =>
    new SignJWT(payload).setProtectedHeader({ alg: algorithm, kid: 'k1', typ: 'JWT' }).sign(privateKey);
  const sign = (payload: JWTPayload) => signAsIs({ exp: inAnHour(), ...payload });
  const signWith = (header: object) =>
    new CompactSign(new TextEncoder().encode(JSON.stringify({ ...valid, exp: inAnHour() })))
      .setProtectedHeader({ alg: algorithm, kid: 'k1', ...header })
      .sign(privateKey, { crit: { exp: true } });
  return { verify, sign, signAsIs, signWith, publicKey, keys };
}

describe('a token', () => {
  test.each(['EdDSA', 'RS256', 'ES256'])('signed with %s names the caller', async (algorithm) => {
    const { verify, sign } = await setup(algorithm);
    const token = await sign({ ...valid, role: 'PATIENT', sub: 'ada', patient_id: 'pat_1', scope: 'patient/*.rs openid' });
    expect((await verify(token)).caller).toEqual({
      role: 'PATIENT',
      subject: 'ada',
      patientId: 'pat_1',
      scopes: ['patient/*.rs', 'openid'],
    });
  });

  test.each<[string, JWTPayload]>([
    ['another issuer', { ...valid, iss: 'https://evil.example' }],
    ['another audience', { ...valid, aud: 'other' }],
    ['no audience', { iss: issuer, sub: 'u1', role: 'FRONT_DESK' }],
    ['an expiry that has passed', { ...valid, exp: Math.floor(Date.now() / 1000) - 60 }],
    ['a start that has not come', { ...valid, nbf: inAnHour() }],
    ['no subject', { iss: issuer, aud: audience, role: 'FRONT_DESK' }],
    ['no role', { iss: issuer, aud: audience, sub: 'u1' }],
    ['an unknown role', { ...valid, role: 'ROOT' }],
    ['the role of a service', { ...valid, role: 'SYSTEM' }],
    ['a patient without a chart', { ...valid, role: 'PATIENT' }],
    ['a practitioner without an id', { ...valid, role: 'PRACTITIONER' }],
    ['a pharmacy without an organization', { ...valid, role: 'PHARMACY' }],
    ['a longer life than 12 hours, by when it was issued', { ...valid, iat: inAnHour() - 12 * 3_600 - 3_601, exp: inAnHour() }],
    ['a longer life than 12 hours, and no word on when it was issued', { ...valid, exp: inAnHour() + 12 * 3_600 }],
    ['the marks of an ID token', { ...valid, nonce: 'n' }],
  ])('with %s is refused', async (_, payload) => {
    const { verify, sign } = await setup();
    await expect(verify(await sign(payload))).rejects.toMatchObject({ extensions: { code: 'UNAUTHENTICATED', http: { status: 401 } } });
  });

  test('says until when it is accepted: its expiry, and the tolerance for clocks that differ', async () => {
    const { verify, sign } = await setup();
    const exp = inAnHour();
    expect((await verify(await sign({ ...valid, exp }))).expiresAt).toBe((exp + 5) * 1_000);
  });

  test('without an expiry is refused', async () => {
    const { verify, signAsIs } = await setup();
    await expect(verify(await signAsIs(valid))).rejects.toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
  });

  test('of another type, or with an extension that must be understood, is refused', async () => {
    const { verify, signWith } = await setup();
    expect((await verify(await signWith({ typ: 'at+jwt' }))).caller.subject).toBe('u1');
    for (const header of [{}, { typ: 'logout+jwt' }, { typ: 'JWT', crit: ['exp'], exp: 1 }]) {
      const refused = signWith(header).then(verify);
      await expect(refused).rejects.toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
    }
  });

  test('that is as long as a document is not even looked at', async () => {
    const { verify } = await setup();
    await expect(verify('a'.repeat(16 * 1024 + 1))).rejects.toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
  });

  test('is let in only when nobody says that it is revoked', async () => {
    const { sign, keys } = await setup();
    const out = new Set<string | undefined>(['j2']);
    const verify = createTokenVerifier({
      issuer,
      audience,
      keys,
      revocation: [
        ({ id }) => {
          if (out.has(id)) throw revoked();
        },
      ],
    });
    expect((await verify(await sign({ ...valid, jti: 'j1' }))).facts).toMatchObject({ id: 'j1', subject: 'u1' });
    await expect(verify(await sign({ ...valid, jti: 'j2' }))).rejects.toThrow('revoked');
  });

  test('signed by another key, unsigned, or signed with the public key as a secret is refused', async () => {
    const { verify, publicKey } = await setup();
    const other = await setup();
    const unsigned = `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify({ ...valid, exp: inAnHour() }))}.`.replaceAll('=', '');
    const secret = new TextEncoder().encode(JSON.stringify(await exportJWK(publicKey)));
    const symmetric = await new SignJWT({ ...valid, exp: inAnHour() }).setProtectedHeader({ alg: 'HS256', kid: 'k1' }).sign(secret);
    for (const token of [await other.sign(valid), unsigned, symmetric, 'a.b.c', 'nonsense']) {
      await expect(verify(token)).rejects.toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
    }
  });

  test('stays unjudged when the keys cannot be fetched: that is no fault of the caller', async () => {
    const { sign } = await setup();
    const verify = createTokenVerifier({
      issuer,
      audience,
      keys: async () => {
        throw new TypeError('fetch failed');
      },
    });
    await expect(verify(await sign(valid))).rejects.toThrow('fetch failed');
  });
});

describe('the authorization header', () => {
  test.each([
    [undefined, null],
    ['Bearer abc.def.ghi', 'abc.def.ghi'],
    ['bearer  abc', 'abc'],
  ])('%s holds %s', (header, token) => expect(readBearer(header)).toBe(token));

  test.each(['', 'Basic abc', 'Bearer', 'Bearer a b', 'abc'])('"%s" is refused', (header) => {
    expect(() => readBearer(header)).toThrow('Bearer');
  });
});
