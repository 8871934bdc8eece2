import { readFile } from 'node:fs/promises';
import { decodeProtectedHeader, importJWK } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultAudience, devIssuerName, openDevIssuer } from '../dev-issuer.ts';
import type { DevIssuer } from '../dev-issuer.ts';
import { createTokenVerifier } from '../identity.ts';
import { fetchJson } from '../identity/fetch-json.ts';
import { readKeySet, refreshedKeys } from '../identity/keys.ts';
import { demoClients, personas } from '../personas.ts';
import { smallSubgraph } from '../testing/small-subgraph.ts';
import type { SmallSubgraph } from '../testing/small-subgraph.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { testRouter } from '../testing/test-router.ts';
import type { TestRouter } from '../testing/test-router.ts';
import { leadMs, rotateKeys } from './key-ring.ts';

// One router, its issuer and a client library that knows neither, over real HTTP.

/** The issuer's clock, which a test puts forward. */
const clock = {
  ahead: 0,
  get now() {
    return Date.now() + clock.ahead;
  },
};
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let ward: SmallSubgraph;
let devIssuer: DevIssuer;
let router: TestRouter;
let keyFile: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  keyFile = `${folder.path}/dev-issuer.json`;
  ward = await smallSubgraph('type Query { beds: Int }', { Query: { beds: () => 3 } });
  devIssuer = await openDevIssuer(keyFile, {}, () => clock.now);
  router = await testRouter({ ward }, { devIssuer, verifyToken: devIssuer.verifyToken });
});
afterAll(async () => {
  await router[Symbol.asyncDispose]();
  await ward[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const insecure = { execute: [oidc.allowInsecureRequests] };
const ask = async (token: string): Promise<number> => (await router.query('{ beds }', {}, { authorization: `Bearer ${token}` })).status;

const publicClient = (id: string): Promise<oidc.Configuration> =>
  oidc.discovery(new URL(router.url), id, { id_token_signed_response_alg: 'EdDSA' }, oidc.None(), insecure);

async function confidentialClient(id: string): Promise<oidc.Configuration> {
  await devIssuer.clients();
  const keys = JSON.parse(await readFile(`${folder.path}/dev-clients.json`, 'utf8')) as Record<string, JWK>;
  const key = (await importJWK(keys[id] ?? {}, 'ES384')) as CryptoKey;
  return oidc.discovery(new URL(router.url), id, {}, oidc.PrivateKeyJwt({ key, kid: keys[id]?.kid ?? '' }), insecure);
}

/** What a browser does on the log-in page: all fields of the form, and the button. */
async function choose(page: URL, persona: string, headers: Record<string, string> = {}): Promise<Response> {
  const html = await (await fetch(page)).text();
  const fields = [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)].map(([, name = '', value = '']) => [
    name,
    value,
  ]);
  const action = /<form method="post" action="([^"]+)"/.exec(html)?.[1] ?? '';
  return fetch(action, { method: 'POST', body: new URLSearchParams([...fields, ['persona', persona]]), headers, redirect: 'manual' });
}

const redirectUri = 'http://localhost:5173/callback';

async function logIn(config: oidc.Configuration, persona: string, scope = 'openid') {
  const verifier = oidc.randomPKCECodeVerifier();
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
  const page = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope,
    state,
    ...(scope.includes('openid') && { nonce }),
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  const back = new URL((await choose(page, persona)).headers.get('location') ?? '');
  const redeem = () =>
    oidc.authorizationCodeGrant(config, back, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      ...(scope.includes('openid') && { expectedNonce: nonce }),
    });
  return { back, redeem };
}

describe('a person logs in', () => {
  test('with a code and PKCE as whom they choose, asks the graph, and logs out', async () => {
    const config = await publicClient(demoClients.clinicApp);
    const { redeem } = await logIn(config, 'practitioner');
    const tokens = await redeem();
    expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 3_600, scope: 'openid user/*.cruds' });
    expect(tokens.claims()).toMatchObject({ sub: personas.practitioner.claims().sub, aud: demoClients.clinicApp });
    expect(await ask(tokens.access_token)).toBe(200);
    expect((await devIssuer.verifyToken(tokens.access_token)).caller).toMatchObject({
      role: 'PRACTITIONER',
      clientId: demoClients.clinicApp,
    });
    expect(await ask(tokens.id_token ?? '')).toBe(401);
    const out = await fetch(oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token ?? '' }));
    expect(out.status).toBe(200);
    expect(await ask(tokens.access_token)).toBe(401);
  });

  test('with the rights that the program asked for, and whose chart it is', async () => {
    const { redeem } = await logIn(await publicClient(demoClients.patientPortal), 'patient', 'patient/Appointment.rs');
    const tokens = await redeem();
    expect(tokens).toMatchObject({ scope: 'patient/Appointment.rs', patient: personas.patient.claims().patient_id });
    expect(tokens.id_token).toBeUndefined();
  });

  test('and a code that is used twice ends what came of it', async () => {
    const { redeem } = await logIn(await publicClient(demoClients.clinicApp), 'biller');
    const { access_token } = await redeem();
    await expect(redeem()).rejects.toMatchObject({ error: 'invalid_grant' });
    expect(await ask(access_token)).toBe(401);
  });

  test.each([
    ['whom this client does not know', 'patient', 'openid', 'access_denied'],
    ['with rights that they have not', 'frontdesk', 'user/ClinicalNote.rs', 'invalid_scope'],
  ])('%s: the client hears why', async (_, persona, scope, error) => {
    const { back } = await logIn(await publicClient(demoClients.clinicApp), persona, scope);
    expect(back.searchParams.get('error')).toBe(error);
    expect(back.searchParams.get('iss')).toBe(router.url);
  });

  test('without PKCE, or by a page of another site: not at all', async () => {
    const config = await publicClient(demoClients.clinicApp);
    const plain = oidc.buildAuthorizationUrl(config, { redirect_uri: redirectUri, scope: 'openid', state: 's' });
    const refused = await fetch(plain, { redirect: 'manual' });
    expect(refused.headers.get('location')).toContain(`${redirectUri}?error=invalid_request`);
    plain.searchParams.set('code_challenge', 'c'.repeat(43));
    plain.searchParams.set('code_challenge_method', 'S256');
    expect((await choose(plain, 'practitioner', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  });

  test('but is not sent to an address that is not registered, and no markup of the request is on the page', async () => {
    const config = await publicClient(demoClients.clinicApp);
    const elsewhere = await fetch(oidc.buildAuthorizationUrl(config, { redirect_uri: 'https://evil.example/callback' }), {
      redirect: 'manual',
    });
    expect([elsewhere.status, elsewhere.headers.get('location')]).toEqual([400, null]);
    const { back } = await logIn(config, 'privacy', 'user/AuditEvent.rs');
    expect(back.searchParams.get('code')).toMatch(/^[\w-]{43}$/);
    const page = oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      code_challenge: 'c'.repeat(43),
      code_challenge_method: 'S256',
      state: '"><script>alert(1)</script>',
    });
    const response = await fetch(page);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await response.text()).not.toContain('<script>');
  });
});

describe('a partner', () => {
  test('signs in with its key; its token is good until it takes it back', async () => {
    const config = await confidentialClient(demoClients.pharmacy);
    const { access_token, expires_in, scope } = await oidc.clientCredentialsGrant(config, { scope: 'system/Prescription.rs' });
    expect([expires_in, scope]).toEqual([300, 'system/Prescription.rs']);
    expect(await ask(access_token)).toBe(200);
    const resourceServer = await confidentialClient('demo-resource-server');
    expect(await oidc.tokenIntrospection(resourceServer, access_token)).toMatchObject({
      active: true,
      client_id: demoClients.pharmacy,
      scope,
    });
    await oidc.tokenRevocation(config, access_token);
    expect(await oidc.tokenIntrospection(resourceServer, access_token)).toEqual({ active: false });
    const refused = await router.query('{ beds }', {}, { authorization: `Bearer ${access_token}` });
    expect([refused.status, refused.body.errors?.[0]?.message]).toEqual([401, 'The token has been revoked. Sign in again.']);
    // It outlives a restart.
    await expect((await openDevIssuer(keyFile, {})).verifyToken(access_token)).rejects.toThrow();
  });

  test('is told nothing about the tokens of others, cannot take them back, and gets no more rights than it has', async () => {
    const [pharmacy, payer] = await Promise.all([confidentialClient(demoClients.pharmacy), confidentialClient(demoClients.payer)]);
    const { access_token } = await oidc.clientCredentialsGrant(pharmacy);
    expect(await oidc.tokenIntrospection(payer, access_token)).toEqual({ active: false });
    await expect(oidc.tokenRevocation(payer, access_token)).rejects.toMatchObject({ error: 'invalid_grant' });
    expect(await ask(access_token)).toBe(200);
    await expect(oidc.clientCredentialsGrant(payer, { scope: 'system/Prescription.rs' })).rejects.toMatchObject({ error: 'invalid_scope' });
    await expect(oidc.clientCredentialsGrant(await confidentialClient('demo-resource-server'))).rejects.toMatchObject({
      error: 'unauthorized_client',
    });
  });
});

test('keys are rotated under requests: none fails, with old tokens and new ones, here and at a router elsewhere', async () => {
  // Elsewhere the keys are fetched over HTTP, kept, and fetched again at most every ten seconds.
  const keys = refreshedKeys(async () => readKeySet(await fetchJson(new URL(`${router.url}/.well-known/jwks.json`))), {
    now: () => clock.now,
  });
  const elsewhere = createTokenVerifier({ issuer: devIssuerName, audience: defaultAudience, keys });
  const tokens: string[] = [];
  const outcomes = new Set<unknown>();
  const useAll = async (): Promise<void> => {
    tokens.push(await devIssuer.issue(personas.frontdesk.claims()));
    for (const token of tokens) {
      outcomes.add(await ask(token));
      outcomes.add((await elsewhere(token)).caller.role);
    }
  };
  let isOver = false;
  const load = Promise.all(
    [1, 2].map(async () => {
      while (!isOver) outcomes.add(await ask(await devIssuer.issue(personas.biller.claims())));
    }),
  );
  await useAll();
  await rotateKeys(keyFile, clock.now);
  await useAll();
  for (const step of [leadMs - 1, 1, 3_600_000]) {
    clock.ahead += step;
    await useAll();
  }
  isOver = true;
  await load;
  expect(outcomes).toEqual(new Set([200, 'FRONT_DESK']));
  expect(new Set(tokens.map((token) => decodeProtectedHeader(token).kid)).size).toBe(2);
});
