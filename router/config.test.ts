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

describe('a configuration that cannot work is refused with its reason', () => {
  test.each<[string, NodeJS.ProcessEnv, RegExp]>([
    ['no keys', {}, /LINK_KEYS: is not set/],
    ['a key too few', { LINK_KEYS: formatLinkKeys(deriveLinkKeys('test', ['router>patient'])) }, /no key for router>appointment/],
    ['keys that are none', { LINK_KEYS: 'hello' }, /LINK_KEYS: entry 1 is not of the form/],
    ['several mistakes at once', { ROUTER_PORT: '99999', PATIENT_URL: 'ftp://x' }, /LINK_KEYS[^]*PATIENT_URL|PATIENT_URL[^]*LINK_KEYS/],
    ['the development issuer in production', { LINK_KEYS, NODE_ENV: 'production' }, /does not run in production/],
    ['half an identity provider', { LINK_KEYS, JWKS_URL: 'https://id.example/jwks' }, /belong together/],
  ])('%s', (_, env, reason) => expect(() => readRouterConfig(env)).toThrow(reason));
});
