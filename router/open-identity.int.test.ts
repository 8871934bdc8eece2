import { readFile, writeFile } from 'node:fs/promises';
import type { JWK } from 'jose';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendJson, startHttpServer } from '#chassis/http.ts';
import type { HttpServer } from '#chassis/http.ts';
import { defaultAudience, openDevIssuer } from './dev-issuer.ts';
import type { DevIssuer } from './dev-issuer.ts';
import { serveDevIssuer } from './dev-issuer/serve.ts';
import type { ProviderConfig } from './identity-config.ts';
import { openIdentity } from './open-identity.ts';
import type { TokenVerifier } from './identity.ts';
import { demoClients, personas } from './personas.ts';
import { smallSubgraph } from './testing/small-subgraph.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { testRouter } from './testing/test-router.ts';

// The development issuer on a server of its own stands for somebody's identity provider.

const log = pino({ level: 'silent' });
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let issuer: DevIssuer;
let provider: HttpServer;
let isDown = false;

beforeAll(async () => {
  folder = await temporaryFolder();
  issuer = await openDevIssuer(`${folder.path}/dev-issuer.json`, {});
  const serve = serveDevIssuer(issuer);
  provider = await startHttpServer({
    port: 0,
    limits: { graceMs: 0 },
    onError: () => undefined,
    handler: async (request, response) => {
      const endpoint = isDown ? null : serve(new URL(request.url ?? '', 'http://x').pathname);
      if (endpoint) return endpoint(request, response);
      sendJson(response, 500, {});
    },
  });
  issuer.serveAt(provider.url);
});
afterAll(async () => {
  await provider.close();
  await folder[Symbol.asyncDispose]();
});

const tokenOf = () => issuer.issue(personas.frontdesk.claims(), { issuer: provider.url });
const config = (more: Partial<ProviderConfig> = {}): ProviderConfig => ({
  kind: 'provider',
  issuer: provider.url,
  audience: defaultAudience,
  longestLifetimeSeconds: 12 * 3_600,
  ...more,
});
const unavailable = { extensions: { code: 'IDENTITY_UNAVAILABLE', http: { status: 503 } } };

async function opened(settings: ProviderConfig): Promise<{ verifyToken: TokenVerifier } & Disposable> {
  const { verifyToken, close } = await openIdentity(settings, log);
  return { verifyToken, [Symbol.dispose]: close };
}

test('the name of an issuer is enough to find its keys; the document must be of that issuer, letter for letter', async () => {
  using identity = await opened(config());
  expect((await identity.verifyToken(await tokenOf())).caller.role).toBe('FRONT_DESK');
  await expect(openIdentity(config({ issuer: `${provider.url}/` }), log)).rejects.toThrow('letter for letter');
});

test('an issuer that is away at the start is waited for: until it answers, everyone is told to try again', async () => {
  isDown = true;
  try {
    using identity = await opened(config());
    await expect(identity.verifyToken(await tokenOf())).rejects.toMatchObject(unavailable);
  } finally {
    isDown = false;
  }
});

test('keys may lie in a file', async () => {
  const file = `${folder.path}/jwks.json`;
  await writeFile(file, JSON.stringify(issuer.jwks));
  using identity = await opened(config({ jwksFile: file }));
  expect((await identity.verifyToken(await tokenOf())).caller.role).toBe('FRONT_DESK');
  await writeFile(file, '{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}');
  await expect(openIdentity(config({ jwksFile: file }), log)).rejects.toThrow(/JWKS_FILE.*private or shared key/);
});

test('a token that was revoked at the provider is out: introspection, proved by a key', async () => {
  await issuer.clients();
  const keys = JSON.parse(await readFile(`${folder.path}/dev-clients.json`, 'utf8')) as Record<string, JWK>;
  const keyFile = `${folder.path}/router-key.json`;
  await writeFile(keyFile, JSON.stringify(keys['demo-resource-server']));
  const asking = { url: new URL(`${provider.url}/dev/issuer/introspect`), clientId: 'demo-resource-server', keyFile, cacheMs: 0 };
  using identity = await opened(config({ introspection: asking }));
  const token = await tokenOf();
  await identity.verifyToken(token);
  const revocation = await fetch(`${provider.url}/dev/issuer/revoke`, {
    method: 'POST',
    body: new URLSearchParams({ token, client_id: demoClients.clinicApp }),
  });
  expect(revocation.status).toBe(200);
  await expect(identity.verifyToken(token)).rejects.toThrow('revoked');
  isDown = true;
  try {
    await expect(identity.verifyToken(await tokenOf())).rejects.toMatchObject(unavailable);
  } finally {
    isDown = false;
  }
});

test('a revocation list in a file takes people out, whoever the issuer is', async () => {
  const file = `${folder.path}/revoked.json`;
  await writeFile(file, JSON.stringify({ subjects: [personas.frontdesk.claims().sub] }));
  using identity = await opened(config({ revocationList: { file, everyMs: 3_600_000 } }));
  await expect(identity.verifyToken(await tokenOf())).rejects.toThrow('revoked');
  const development = {
    kind: 'development',
    keyFile: `${folder.path}/dev-issuer.json`,
    revocationList: { file, everyMs: 3_600_000 },
  } as const;
  const { verifyToken, close } = await openIdentity(development, log);
  await expect(verifyToken(await issuer.issue(personas.frontdesk.claims()))).rejects.toThrow('revoked');
  expect((await verifyToken(await issuer.issue(personas.biller.claims()))).caller.role).toBe('BILLER');
  close();
});

test('over HTTP: 503 with a time to try again while nobody can be checked; 400 and 403 for a purpose, which goes on to the services', async () => {
  await using ward = await smallSubgraph('type Query { beds: Int }', { Query: { beds: () => 3 } });
  await using router = await testRouter({ ward }, { verifyToken: (token) => verifyToken(token) });
  const ask = async (purpose?: string) => {
    const { status, headers, body } = await router.query(
      '{ beds }',
      {},
      { authorization: `Bearer ${await tokenOf()}`, ...(purpose !== undefined && { 'x-purpose-of-use': purpose }) },
    );
    return [status, body.errors?.[0]?.extensions?.['code'], headers.get('retry-after'), headers.get('www-authenticate')];
  };
  using identity = await opened(config());
  let { verifyToken } = identity;
  expect(await ask('HOPERAT')).toEqual([200, undefined, null, null]);
  const sent = ward.seen.at(-1)?.headers['x-internal-token'];
  expect(JSON.parse(atob(String(sent).split('.')[1] ?? ''))).toMatchObject({ purpose: 'HOPERAT', clientId: demoClients.clinicApp });
  expect(await ask('CURIOSITY')).toEqual([400, 'BAD_REQUEST', null, null]);
  expect(await ask('TREAT')).toEqual([403, 'FORBIDDEN', null, null]);
  isDown = true;
  try {
    using away = await opened(config());
    ({ verifyToken } = away);
    expect(await ask()).toEqual([503, 'IDENTITY_UNAVAILABLE', '5', null]);
  } finally {
    isDown = false;
  }
});
