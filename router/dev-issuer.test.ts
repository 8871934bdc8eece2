import { readFile, stat, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { defaultAudience, devIssuerName, openDevIssuer } from './dev-issuer.ts';
import { createTokenVerifier, localKeys } from './identity.ts';
import { personas } from './personas.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

test('keeps its key readable for its user only, and finds it again', async () => {
  await using folder = await temporaryFolder();
  const file = `${folder.path}/new/dev-issuer.json`;
  const first = await openDevIssuer(file, {});
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const second = await openDevIssuer(file, {});
  expect(second.jwks).toEqual(first.jwks);
  const verify = createTokenVerifier({ issuer: devIssuerName, audience: defaultAudience, keys: localKeys(second.jwks) });
  expect((await verify(await first.issue(personas.patient.claims()))).caller.role).toBe('PATIENT');
});

test('two that start at once agree on one key', async () => {
  await using folder = await temporaryFolder();
  const issuers = await Promise.all(Array.from({ length: 8 }, () => openDevIssuer(`${folder.path}/dev-issuer.json`, {})));
  expect(new Set(issuers.map(({ jwks }) => JSON.stringify(jwks))).size).toBe(1);
});

test('refuses production', async () => {
  await using folder = await temporaryFolder();
  await expect(openDevIssuer(`${folder.path}/dev-issuer.json`, { NODE_ENV: 'production' })).rejects.toThrow('does not run in production');
});

test('says what to do about a broken key file and leaves it alone', async () => {
  await using folder = await temporaryFolder();
  const file = `${folder.path}/dev-issuer.json`;
  await writeFile(file, '{"kty":');
  await expect(openDevIssuer(file, {})).rejects.toThrow('Delete it and a new one is made');
  expect(await readFile(file, 'utf8')).toBe('{"kty":');
});
