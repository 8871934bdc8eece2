import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { isOriginAllowed } from './origin.ts';

const allowed = ['https://app.example'];
const from = (origin: string | undefined) =>
  isOriginAllowed({ headers: { host: 'graph.example:4000', origin } } as IncomingMessage, allowed);

test.each([undefined, 'http://graph.example:4000', 'https://graph.example:4000', 'https://app.example', 'HTTPS://APP.EXAMPLE:443'])(
  'a client at %s may connect',
  (origin) => expect(from(origin)).toBe(true),
);

test.each(['https://graph.example', 'https://evil.example', 'http://app.example', 'null', '', 'https://app.example.evil.example'])(
  'a page of "%s" may not',
  (origin) => expect(from(origin)).toBe(false),
);
