import { readFile } from 'node:fs/promises';
import { SignJWT, importJWK } from 'jose';
import type { JWK, JWTPayload } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDevIssuer } from '../dev-issuer.ts';
import { assertionType, byPrivateKey } from '../identity/client-proof.ts';
import { demoClients } from '../personas.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { clientAuthentication } from './client-authentication.ts';
import type { AuthenticateClient } from './client-authentication.ts';

const url = 'http://localhost:4000';
const now = Date.now();
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let authenticate: AuthenticateClient;
let keys: Record<string, JWK>;

beforeAll(async () => {
  folder = await temporaryFolder();
  const issuer = await openDevIssuer(`${folder.path}/keys.json`, {}, () => now);
  issuer.serveAt(url);
  await issuer.clients();
  keys = JSON.parse(await readFile(`${folder.path}/dev-clients.json`, 'utf8')) as Record<string, JWK>;
  authenticate = clientAuthentication(issuer);
});
afterAll(() => folder[Symbol.asyncDispose]());

const id = demoClients.pharmacy;
const good = { iss: id, sub: id, aud: url, jti: 'j', exp: now / 1_000 + 60 };

async function withAssertion(claims: JWTPayload, signer: string = id): Promise<ReadonlyMap<string, string>> {
  const assertion = await new SignJWT({ ...good, jti: crypto.randomUUID(), ...claims })
    .setProtectedHeader({ alg: 'ES384' })
    .sign(await importJWK(keys[signer] ?? {}, 'ES384'));
  return new Map([
    ['client_assertion_type', assertionType],
    ['client_assertion', assertion],
  ]);
}

test('a client proves itself with its key, for the issuer or its token endpoint', async () => {
  expect(await authenticate(await withAssertion({}))).toMatchObject({ id, persona: 'pharmacy' });
  expect(await authenticate(await withAssertion({ aud: `${url}/dev/issuer/token` }))).toMatchObject({ id });
  const { form } = await byPrivateKey(id, url, keys[id] ?? {})();
  expect(await authenticate(new Map(Object.entries(form)))).toMatchObject({ id });
});

test('an assertion is good once', async () => {
  const sent = await withAssertion({});
  await authenticate(sent);
  await expect(authenticate(sent)).rejects.toMatchObject({
    code: 'invalid_client',
    status: 401,
    message: expect.stringContaining('used before'),
  });
});

test.each<[string, JWTPayload, string?]>([
  ['signed by another client', {}, demoClients.payer],
  ['of another client', { iss: demoClients.payer }],
  ['of nobody known', { iss: 'nobody', sub: 'nobody' }],
  ['for another issuer', { aud: 'https://id.example' }],
  ['that has expired', { exp: now / 1_000 - 6 }],
  ['that is good for an hour', { exp: now / 1_000 + 3_600 }],
  ['that never expires', { exp: undefined } as unknown as JWTPayload],
  ['without a jti', { jti: undefined } as unknown as JWTPayload],
])('an assertion %s is refused', async (_, claims, signer) => {
  await expect(authenticate(await withAssertion(claims, signer))).rejects.toMatchObject({ code: 'invalid_client' });
});

test('a public client says who it is; a confidential one that only says so is refused', async () => {
  expect(await authenticate(new Map([['client_id', demoClients.clinicApp]]))).toMatchObject({ kind: 'public' });
  for (const client of [id, 'nobody']) await expect(authenticate(new Map([['client_id', client]]))).rejects.toMatchObject({ status: 401 });
  await expect(authenticate(new Map())).rejects.toMatchObject({ code: 'invalid_request' });
});
