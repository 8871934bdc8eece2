import { expect, test } from 'vitest';
import { isRegisteredRedirect } from './redirect-uri.ts';

const issuer = 'http://localhost:4000';

test.each([
  'http://localhost:4000/',
  'http://localhost:5173/callback',
  'http://127.0.0.1:9/callback',
  'http://[::1]:9/callback',
  'http://localhost/callback',
])('a code may go to %s', (uri) => expect(isRegisteredRedirect(uri, issuer)).toBe(true));

test.each([
  'https://evil.example/callback',
  'http://localhost.evil.example/callback',
  'http://localhost:5173@evil.example/callback',
  'http://evil@localhost:5173/callback',
  'https://localhost:5173/callback',
  'http://localhost:5173/callback/../other',
  'http://localhost:5173/callback?next=x',
  'http://localhost:5173/callback#x',
  'http://localhost:5173/',
  'http://LOCALHOST:5173/callback',
  'http://2130706433:5173/callback',
  'http://localhost:4000',
  'http://localhost:4000/graphql',
  'javascript:alert(1)',
  'callback',
  '',
])('and not to %s', (uri) => expect(isRegisteredRedirect(uri, issuer)).toBe(false));
