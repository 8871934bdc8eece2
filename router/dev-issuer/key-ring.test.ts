import { readFile, stat, writeFile } from 'node:fs/promises';
import { exportJWK, generateKeyPair } from 'jose';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { leadMs, longestLifetimeSeconds, openKeyRing, rotateKeys } from './key-ring.ts';

const start = Date.parse('2026-01-01T00:00:00Z');
const kidsOf = ({ keys }: { keys: { kid?: string }[] }) => keys.map(({ kid }) => kid);

test('a new key is published before it signs, and the old one until what it signed has ended', async () => {
  await using folder = await temporaryFolder();
  const file = `${folder.path}/keys.json`;
  const ring = await openKeyRing(file);
  const { kid: old } = await ring.signing(start);
  const { kid: next, signsFrom } = await rotateKeys(file, start);
  expect(signsFrom).toBe(start + leadMs);
  await ring.look();
  expect(kidsOf(ring.published(start))).toEqual([old, next]);
  expect((await ring.signing(signsFrom - 1)).kid).toBe(old);
  expect((await ring.signing(signsFrom)).kid).toBe(next);
  expect(kidsOf(ring.published(signsFrom + longestLifetimeSeconds * 1_000))).toEqual([old, next]);
  expect(kidsOf(ring.published(signsFrom + longestLifetimeSeconds * 1_000 + 60_000))).toEqual([next]);
});

test('rotating again and again keeps what is needed: the private key of one that signs no more is gone from the file', async () => {
  await using folder = await temporaryFolder();
  const file = `${folder.path}/keys.json`;
  const ring = await openKeyRing(file);
  const first = await ring.signing(start);
  await rotateKeys(file, start);
  await rotateKeys(file, start + leadMs);
  const kept = JSON.parse(await readFile(file, 'utf8')) as { keys: { kid: string; d?: string }[] };
  expect(kept.keys.map(({ d }) => d !== undefined)).toEqual([false, true, true]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await rotateKeys(file, start + 2 * longestLifetimeSeconds * 1_000);
  await ring.look();
  expect(kidsOf(ring.published(start + 2 * longestLifetimeSeconds * 1_000))).not.toContain(first.kid);
});

test('a key file from before there was rotation is one that signs', async () => {
  await using folder = await temporaryFolder();
  const file = `${folder.path}/keys.json`;
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  await writeFile(file, JSON.stringify({ ...(await exportJWK(privateKey)), kid: 'as-it-was' }));
  const ring = await openKeyRing(file);
  expect((await ring.signing(start)).kid).toBe('as-it-was');
  await rotateKeys(file, start);
  await ring.look();
  expect(kidsOf(ring.published(start))[0]).toBe('as-it-was');
});
