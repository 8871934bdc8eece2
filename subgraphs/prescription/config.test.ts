import { describe, expect, test } from 'vitest';
import { readPrescriptionConfig } from './config.ts';
import { contentHash, verifySignature } from './signing.ts';

const key = Buffer.alloc(32, 7).toString('base64url');

describe('the signing key', () => {
  test('is the same at every start in development, and refused in production', () => {
    expect(readPrescriptionConfig({}).signingKey.id).toBe(readPrescriptionConfig({ NODE_ENV: 'test' }).signingKey.id);
    expect(() => readPrescriptionConfig({ NODE_ENV: 'production' })).toThrow('PRESCRIPTION_SIGNING_KEY must be set in production');
  });

  test('is taken from the environment', () => {
    const own = readPrescriptionConfig({ NODE_ENV: 'production', PRESCRIPTION_SIGNING_KEY: key }).signingKey;
    expect(own.id).toMatch(/^[0-9a-f]{16}$/);
    expect(own.id).not.toBe(readPrescriptionConfig({}).signingKey.id);
    expect(verifySignature('{"a":1}', own.sign('{"a":1}'), own.publicKey)).toBe(true);
    expect(verifySignature('{"a":2}', own.sign('{"a":1}'), own.publicKey)).toBe(false);
    expect(verifySignature('{"a":1}', readPrescriptionConfig({}).signingKey.sign('{"a":1}'), own.publicKey)).toBe(false);
  });

  test.each(['', 'short', key.slice(1), `${key}AA`, '!'.repeat(43)])('%j is no key', (text) => {
    expect(() => readPrescriptionConfig({ PRESCRIPTION_SIGNING_KEY: text })).toThrow('PRESCRIPTION_SIGNING_KEY');
  });
});

test('the check trusts what was heard within three heartbeats', () => {
  expect(readPrescriptionConfig({}).readModelMaxAgeMs).toBe(15_000);
});

test('demo pharmacies are for development, unless production asks for them', () => {
  const production = { NODE_ENV: 'production', PRESCRIPTION_SIGNING_KEY: key };
  expect(readPrescriptionConfig({}).demoPharmacies).toBe(true);
  expect(readPrescriptionConfig(production).demoPharmacies).toBe(false);
  expect(readPrescriptionConfig({ ...production, DEMO_PHARMACIES: 'on' }).demoPharmacies).toBe(true);
});

test('the content hash is SHA-256 in hexadecimal', () => {
  expect(contentHash('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
