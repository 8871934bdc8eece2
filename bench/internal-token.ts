import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import { signInternalToken, verifyInternalToken } from '#chassis/internal-token.ts';

// `npm run bench:internal-token`: what the token of one request costs, made and checked, and what an Ed25519 signature instead of its HMAC would.

const rounds = 5_000;
const claims = {
  from: 'router',
  to: 'visit',
  requestId: 'req-1',
  caller: { role: 'PRACTITIONER', subject: 'dr-ada', practitionerId: 'prc_01', scopes: ['user/*.rs'], clientId: 'app' },
  origin: { address: '127.0.0.1', operationHash: 'a'.repeat(43) },
} as const;
const body = JSON.stringify({ query: 'q'.repeat(1_500), variables: { ids: Array.from({ length: 20 }, () => 'vis_'.padEnd(30, '0')) } });
const key = randomBytes(32);
const pair = generateKeyPairSync('ed25519');
const text = Buffer.from(signInternalToken(claims, body, key).split('.', 2).join('.'));

function microseconds(work: () => unknown): number {
  for (let round = 0; round < rounds / 5; round++) work();
  const startedAt = performance.now();
  for (let round = 0; round < rounds; round++) work();
  return Math.round(((performance.now() - startedAt) / rounds) * 10_000) / 10;
}

const token = signInternalToken(claims, body, key);
const signature = sign(null, text, pair.privateKey);
process.stdout.write(
  `${JSON.stringify({
    'µs, whole token with HMAC, made': microseconds(() => signInternalToken(claims, body, key)),
    'µs, whole token with HMAC, checked': microseconds(() => verifyInternalToken(token, claims, key)),
    'µs, Ed25519 signature alone, made': microseconds(() => sign(null, text, pair.privateKey)),
    'µs, Ed25519 signature alone, checked': microseconds(() => verify(null, text, pair.publicKey, signature)),
  })}\n`,
);
