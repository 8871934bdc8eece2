import { expect, test } from 'vitest';
import { comesFromOtherSite, refuseOtherSites } from './csrf.ts';

const host = 'graph.example:4000';
const browser = { host, 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36' };
const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };

test.each<[string, Record<string, string>]>([
  ['a form of another site', { ...browser, ...form, origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' }],
  [
    'text/plain of another site',
    { ...browser, 'content-type': 'text/plain', origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' },
  ],
  ['an upload of another site', { ...browser, 'content-type': 'multipart/form-data; boundary=x', 'sec-fetch-site': 'cross-site' }],
  ['JSON of another site', { ...browser, ...json, origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' }],
  [
    'an <img> of another site',
    { ...browser, accept: 'image/avif,image/webp,*/*;q=0.8', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
  ],
  ['a link of another site', { ...browser, accept: 'text/html', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
  ['another port of the same host', { ...browser, ...json, origin: 'http://graph.example:3000', 'sec-fetch-site': 'same-site' }],
  ['a value of the header that is not known', { ...browser, 'sec-fetch-site': 'sideways' }],
  ['a WebSocket of another site', { ...browser, upgrade: 'websocket', origin: 'https://elsewhere.example' }],
  ['a sandboxed frame', { ...browser, ...json, origin: 'null' }],
  ['a name that begins like ours', { ...browser, ...json, origin: 'https://graph.example:4000.elsewhere.example' }],
  ['an older browser: a form', { ...browser, ...form, origin: 'https://elsewhere.example' }],
  ['an older browser: an <img>', { ...browser, accept: 'image/webp,*/*' }],
  ['an older browser: a form without an origin', { ...browser, ...form, accept: 'text/html,*/*;q=0.8' }],
])('%s is refused', (_, headers) => {
  expect(comesFromOtherSite(headers)).toBe(true);
  expect(() => refuseOtherSites(headers)).toThrow(expect.objectContaining({ status: 403, code: 'BAD_REQUEST' }));
});

test.each<[string, Record<string, string>]>([
  ['the sandbox', { ...browser, ...json, origin: `http://${host}`, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }],
  [
    'the sandbox behind a proxy that changes the host',
    { ...browser, ...json, origin: 'https://public.example', 'sec-fetch-site': 'same-origin' },
  ],
  ['the sandbox in an older browser', { ...browser, ...json, origin: `http://${host}` }],
  ['the sandbox in an older browser: events by GET', { ...browser, accept: 'text/event-stream' }],
  ['a WebSocket of the same origin', { ...browser, upgrade: 'websocket', origin: `http://${host}` }],
  ['an address typed by a person', { ...browser, accept: 'text/html', 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }],
  ['curl: GET', { host, 'user-agent': 'curl/8.5.0', accept: '*/*' }],
  ['curl: POST', { host, 'user-agent': 'curl/8.5.0', accept: '*/*', ...json }],
  ['fetch of Node', { host, 'user-agent': 'node', accept: '*/*', 'sec-fetch-mode': 'cors', ...json }],
  ['a program without any header of its own', { host }],
  ['a program with a token that calls itself Mozilla', { ...browser, authorization: 'Bearer x' }],
])('%s is let through', (_, headers) => {
  expect(comesFromOtherSite(headers)).toBe(false);
  expect(() => refuseOtherSites(headers)).not.toThrow();
});
