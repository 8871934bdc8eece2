import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ConfigError, readConfig } from '#chassis/config.ts';
import { openSigningKey, type SigningKey } from './signing.ts';

export interface PrescriptionConfig {
  readonly signingKey: SigningKey;
  /** Older than this, what other services said cannot be trusted for the check. Three of their heartbeats when nothing is set. */
  readonly readModelMaxAgeMs: number;
  readonly demoPharmacies: boolean;
}

/** Known to everyone who reads this file: for development and tests, refused in production. The same at every start, so that signatures stay good. */
const developmentSeed = createHash('sha256').update('a key for development only').digest();

const schema = z.object({
  NODE_ENV: z.string().optional(),
  PRESCRIPTION_SIGNING_KEY: z
    .base64url('32 random bytes in base64url: openssl rand 32 | basenc --base64url | tr -d =')
    .transform((text) => Buffer.from(text, 'base64url'))
    .refine((bytes) => bytes.length === 32, '32 random bytes in base64url, 43 characters')
    .optional(),
  PRESCRIPTION_CHECK_MAX_AGE_SECONDS: z.coerce.number().int().min(10).max(3600).default(15),
  DEMO_PHARMACIES: z.enum(['on', 'off']).optional(),
});

/** @throws ConfigError in production when there is no signing key of its own */
export function readPrescriptionConfig(env: NodeJS.ProcessEnv): PrescriptionConfig {
  const config = readConfig(schema, env);
  const production = config.NODE_ENV === 'production';
  const seed = config.PRESCRIPTION_SIGNING_KEY;
  if (production && (!seed || seed.equals(developmentSeed))) {
    throw new ConfigError(
      'PRESCRIPTION_SIGNING_KEY must be set in production: 32 random bytes in base64url, kept secret and kept for good.',
    );
  }
  return {
    signingKey: openSigningKey(seed ?? developmentSeed),
    readModelMaxAgeMs: config.PRESCRIPTION_CHECK_MAX_AGE_SECONDS * 1000,
    demoPharmacies: config.DEMO_PHARMACIES ? config.DEMO_PHARMACIES === 'on' : !production,
  };
}
