import { SignJWT, errors, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import type { CryptoKey, JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { readKeySet, refreshedKeys } from './keys.ts';
import { IdentityUnavailable } from './unavailable.ts';

interface Key {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JSONWebKeySet['keys'][number];
}

async function newKey(kid: string): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA' } };
}

let a: Key;
let b: Key;
beforeAll(async () => {
  [a, b] = await Promise.all([newKey('a'), newKey('b')]);
});

/** An issuer whose published keys, reachability and clock a test sets. */
function issuer(...published: readonly Key[]) {
  const state = { published, isDown: false, now: 0, fetches: 0 };
  const keys = refreshedKeys(
    async () => {
      state.fetches += 1;
      if (state.isDown) throw new TypeError('fetch failed');
      return { keys: state.published.map(({ jwk }) => jwk) };
    },
    { maxAgeMs: 300_000, cooldownMs: 10_000, now: () => state.now },
  );
  return { state, keys };
}

const accepts = async (keys: JWTVerifyGetKey, { kid, privateKey }: Key): Promise<boolean> => {
  const token = await new SignJWT({}).setProtectedHeader({ alg: 'EdDSA', kid }).sign(privateKey);
  return jwtVerify(token, keys).then(
    () => true,
    (error: unknown) => {
      if (error instanceof errors.JWKSNoMatchingKey) return false;
      throw error;
    },
  );
};

describe('the keys of an issuer', () => {
  test('are fetched once for everyone who waits for them', async () => {
    const { state, keys } = issuer(a);
    expect(await Promise.all(Array.from({ length: 20 }, () => accepts(keys, a)))).not.toContain(false);
    expect(state.fetches).toBe(1);
  });

  test('are fetched for a key that is not known, but not again within the cooldown, whatever keys are named', async () => {
    const { state, keys } = issuer(a);
    await accepts(keys, a);
    state.published = [a, b];
    expect(await accepts(keys, b)).toBe(false);
    expect(state.fetches).toBe(1);
    state.now += 10_000;
    expect(await accepts(keys, b)).toBe(true);
    expect(await accepts(keys, { ...b, kid: 'invented' })).toBe(false);
    expect(state.fetches).toBe(2);
  });

  test('that have vanished from a fetched set do not count any more', async () => {
    const { state, keys } = issuer(a, b);
    expect(await accepts(keys, a)).toBe(true);
    state.published = [b];
    state.now += 300_001;
    expect(await accepts(keys, a)).toBe(false);
    expect(await accepts(keys, b)).toBe(true);
  });

  test('go on while the issuer is down, also when they are old; requests do not wait for it again and again', async () => {
    const { state, keys } = issuer(a);
    await accepts(keys, a);
    state.isDown = true;
    state.now += 24 * 3_600_000;
    for (let n = 0; n < 5; n += 1) expect(await accepts(keys, a)).toBe(true);
    expect(state.fetches).toBe(2);
    state.isDown = false;
    state.published = [b];
    state.now += 10_000;
    expect(await accepts(keys, b)).toBe(true);
    expect(await accepts(keys, a)).toBe(false);
  });

  test('that nobody has seen yet are "try again": 503, and asked for again after a second', async () => {
    const { state, keys } = issuer(a);
    state.isDown = true;
    await expect(accepts(keys, a)).rejects.toThrow(IdentityUnavailable);
    await expect(accepts(keys, a)).rejects.toMatchObject({ extensions: { code: 'IDENTITY_UNAVAILABLE', http: { status: 503 } } });
    expect(state.fetches).toBe(1);
    state.isDown = false;
    state.now += 1_000;
    expect(await accepts(keys, a)).toBe(true);
  });

  test('are renewed before they are old, while requests go on with those there are', async () => {
    const { state, keys } = issuer(a);
    await accepts(keys, a);
    state.now += 150_001;
    expect(await accepts(keys, a)).toBe(true);
    expect(state.fetches).toBe(2);
  });

  test('that cannot be read are the issuer’s fault', async () => {
    const { keys } = issuer({ ...a, jwk: { ...a.jwk, x: 'AA' } });
    await expect(accepts(keys, a)).rejects.toThrow(IdentityUnavailable);
  });
});

test.each([
  ['no object', []],
  ['no keys', {}],
  ['a private key', { keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'x', d: 'd' }] }],
  ['a shared key', { keys: [{ kty: 'oct', k: 'k' }] }],
])('a set with %s is none', (_, json) => expect(() => readKeySet(json)).toThrow());
