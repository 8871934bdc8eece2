import { describe, expect, test } from 'vitest';
import { allLinks } from '#chassis/links.ts';
import { deriveLinkKeys, formatLinkKeys } from '#chassis/internal-token.ts';
import { readRouterConfig } from './config.ts';

const LINK_KEYS = formatLinkKeys(deriveLinkKeys('test', allLinks));

test('little needs to be set: everything else has a default', () => {
  const config = readRouterConfig({ LINK_KEYS });
  expect(config).toMatchObject({ port: 4000, production: false, requestDeadlineMs: 10_000, identity: { kind: 'development' } });
  expect(config.subgraphUrls).toEqual({
    patient: 'http://localhost:4001',
    appointment: 'http://localhost:4002',
    visit: 'http://localhost:4003',
    prescription: 'http://localhost:4004',
    billing: 'http://localhost:4005',
  });
});

test('pages that may open WebSockets are listed by their origins', () => {
  expect(readRouterConfig({ LINK_KEYS }).allowedOrigins).toEqual([]);
  expect(readRouterConfig({ LINK_KEYS, ALLOWED_ORIGINS: 'https://app.example/, HTTP://localhost:3000' }).allowedOrigins).toEqual([
    'https://app.example',
    'http://localhost:3000',
  ]);
  expect(() => readRouterConfig({ LINK_KEYS, ALLOWED_ORIGINS: 'https://app.example,*' })).toThrow('ALLOWED_ORIGINS');
});

test('the environment moves a subgraph, the port and the identity provider', () => {
  const config = readRouterConfig({
    LINK_KEYS,
    ROUTER_PORT: '8080',
    VISIT_URL: 'http://visit:80',
    JWKS_URL: 'https://id.example/jwks',
    JWT_ISSUER: 'https://id.example',
    NODE_ENV: 'production',
    OPERATIONS: 'open',
  });
  expect(config).toMatchObject({
    port: 8080,
    production: true,
    identity: {
      kind: 'provider',
      jwksUrl: new URL('https://id.example/jwks'),
      issuer: 'https://id.example',
      audience: 'telemedicine-graph',
    },
  });
  expect(config.subgraphUrls.visit).toBe('http://visit:80');
});

test('the key of the development issuer lies in DATA_DIR', () => {
  expect(readRouterConfig({ LINK_KEYS, DATA_DIR: '/data' }).identity).toEqual({ kind: 'development', keyFile: '/data/dev-issuer.json' });
});

test('an issuer alone is enough: its keys are where its discovery document says', () => {
  expect(readRouterConfig({ LINK_KEYS, OIDC_ISSUER: 'https://id.example', NODE_ENV: 'production', OPERATIONS: 'open' })).toMatchObject({
    identity: { kind: 'provider', issuer: 'https://id.example', jwksUrl: undefined, longestLifetimeSeconds: 12 * 3_600 },
    idleLogoffMs: 15 * 60_000,
  });
});

test('revocation is asked for in two ways', () => {
  const { identity } = readRouterConfig({
    LINK_KEYS,
    OIDC_ISSUER: 'https://id.example',
    INTROSPECTION_URL: 'https://id.example/introspect',
    INTROSPECTION_CLIENT_ID: 'router',
    INTROSPECTION_KEY_FILE: '/keys/router.json',
    REVOCATION_LIST_FILE: '/lists/revoked.json',
  });
  expect(identity).toMatchObject({
    introspection: { url: new URL('https://id.example/introspect'), clientId: 'router', keyFile: '/keys/router.json', cacheMs: 20_000 },
    revocationList: { file: '/lists/revoked.json', everyMs: 10_000 },
  });
});

describe('a configuration that cannot work is refused with its reason', () => {
  test.each<[string, NodeJS.ProcessEnv, RegExp]>([
    ['no keys', {}, /LINK_KEYS: is not set/],
    ['a key too few', { LINK_KEYS: formatLinkKeys(deriveLinkKeys('test', ['router>patient'])) }, /no key for router>appointment/],
    ['keys that are none', { LINK_KEYS: 'hello' }, /LINK_KEYS: entry 1 is not of the form/],
    ['several mistakes at once', { ROUTER_PORT: '99999', PATIENT_URL: 'ftp://x' }, /LINK_KEYS[^]*PATIENT_URL|PATIENT_URL[^]*LINK_KEYS/],
    ['the development issuer in production', { LINK_KEYS, NODE_ENV: 'production' }, /does not run in production/],
    [
      'an issuer in production that anyone on the way can pretend to be',
      { LINK_KEYS, OIDC_ISSUER: 'http://id.example', NODE_ENV: 'production' },
      /must be https/,
    ],
    [
      'keys that anyone on the way can put their own in place of',
      { LINK_KEYS, JWT_ISSUER: 'x', JWKS_URL: 'http://id.example/jwks', NODE_ENV: 'production' },
      /JWKS_URL must be https/,
    ],
    [
      'a revocation list that anyone on the way can empty',
      { LINK_KEYS, OIDC_ISSUER: 'https://id.example', REVOCATION_LIST_URL: 'http://id.example/r', NODE_ENV: 'production' },
      /REVOCATION_LIST_URL must be https/,
    ],
    ['two places for keys', { LINK_KEYS, JWT_ISSUER: 'x', JWKS_URL: 'https://id.example/jwks', JWKS_FILE: 'x' }, /set one of them/],
    ['two issuers', { LINK_KEYS, JWT_ISSUER: 'x', OIDC_ISSUER: 'https://id.example' }, /set one of them/],
    [
      'introspection as nobody',
      { LINK_KEYS, OIDC_ISSUER: 'https://id.example', INTROSPECTION_URL: 'https://id.example/i' },
      /INTROSPECTION_CLIENT_ID/,
    ],
    ['introspection of nobody', { LINK_KEYS, INTROSPECTION_URL: 'https://id.example/i' }, /belongs to an identity provider/],
    ['a secret for nothing', { LINK_KEYS, OIDC_ISSUER: 'https://id.example', INTROSPECTION_CLIENT_SECRET: 's' }, /not INTROSPECTION_URL/],
    ['two revocation lists', { LINK_KEYS, REVOCATION_LIST_FILE: 'x', REVOCATION_LIST_URL: 'https://id.example/r' }, /set one of them/],
    [
      'answers that hold for too long',
      { LINK_KEYS, INTROSPECTION_CACHE_SECONDS: '31', REVOCATION_POLL_SECONDS: '31' },
      /INTROSPECTION_CACHE_SECONDS[^]*REVOCATION_POLL_SECONDS/,
    ],
    ['nobody ever logged off', { LINK_KEYS, IDLE_LOGOFF_MINUTES: '0' }, /IDLE_LOGOFF_MINUTES/],
    [
      'production that does not say what may run',
      { LINK_KEYS, NODE_ENV: 'production', JWKS_URL: 'https://id.example/jwks', JWT_ISSUER: 'https://id.example' },
      /OPERATIONS_MANIFESTS/,
    ],
    ['registered operations without manifests', { LINK_KEYS, OPERATIONS: 'registered' }, /needs OPERATIONS_MANIFESTS/],
    ['a proxy that is no address', { LINK_KEYS, TRUSTED_PROXIES: '10.0.0.0/8,proxy' }, /TRUSTED_PROXIES: "proxy"/],
    ['a rate store that is none', { LINK_KEYS, RATE_LIMIT_STORE: 'mysql://x' }, /RATE_LIMIT_STORE/],
    ['half an identity provider', { LINK_KEYS, JWKS_URL: 'https://id.example/jwks' }, /belong together/],
  ])('%s', (_, env, reason) => expect(() => readRouterConfig(env)).toThrow(reason));
});
