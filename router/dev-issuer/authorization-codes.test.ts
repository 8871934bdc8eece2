import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { personas } from '../personas.ts';
import { AuthorizationCodes } from './authorization-codes.ts';

const verifier = 'v'.repeat(43);
const theirs = { clientId: 'app', redirectUri: 'http://localhost:1/callback', verifier };
const grant = {
  clientId: 'app',
  redirectUri: theirs.redirectUri,
  challenge: createHash('sha256').update(verifier).digest('base64url'),
  nonce: undefined,
  claims: personas.patient.claims(),
};

test('a code is good once, and who uses it again ends what came of it', () => {
  const codes = new AuthorizationCodes(() => 0);
  const code = codes.grant(grant);
  const first = codes.redeem(code, theirs);
  expect(first).toMatchObject({ claims: { role: 'PATIENT' } });
  expect(codes.redeem(code, theirs)).toEqual({ replayed: first && 'sessionId' in first && first.sessionId });
});

test.each([{ verifier: 'w'.repeat(43) }, { clientId: 'other' }, { redirectUri: 'http://localhost:2/callback' }])(
  'a code is not good with %o, and after that not at all',
  (odd) => {
    const codes = new AuthorizationCodes(() => 0);
    const code = codes.grant(grant);
    expect(codes.redeem(code, { ...theirs, ...odd })).toBeNull();
    expect(codes.redeem(code, theirs)).toHaveProperty('replayed');
  },
);

test('a code is good for a minute', () => {
  let now = 0;
  const codes = new AuthorizationCodes(() => now);
  const [early, late] = [codes.grant(grant), codes.grant(grant)];
  now = 60_000;
  expect(codes.redeem(early, theirs)).not.toBeNull();
  now = 60_001;
  expect(codes.redeem(late, theirs)).toBeNull();
  expect(codes.redeem('invented', theirs)).toBeNull();
});
