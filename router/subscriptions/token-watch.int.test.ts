import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { unauthenticated } from '../client-errors.ts';
import { IdleSessions } from '../identity/idle-sessions.ts';
import { IdentityUnavailable } from '../identity/unavailable.ts';
import type { TokenVerifier } from '../identity.ts';
import { counterServer } from './testing/counter-server.ts';
import type { CounterServer } from './testing/counter-server.ts';
import { rawSocket } from './testing/raw-socket.ts';
import type { RawSocket } from './testing/raw-socket.ts';

// One server: each test signs in with tokens of its own. `sid:name` is a token of that session.

const minute = 60_000;
const clock = { now: 0 };
const revoked = new Set<string>();
let isIssuerAway = false;
let server: CounterServer;

const verifyToken: TokenVerifier = async (token) => {
  if (isIssuerAway) throw new IdentityUnavailable(null);
  if (revoked.has(token)) throw unauthenticated('The token has been revoked. Sign in again.');
  const [sessionId = '', id = ''] = token.split('.');
  return {
    caller: { role: 'PRACTITIONER', subject: sessionId, scopes: [] },
    expiresAt: Number.POSITIVE_INFINITY,
    facts: { subject: sessionId, sessionId, id, issuedAt: 0 },
  };
};

beforeAll(async () => {
  server = await counterServer({
    verifyToken,
    sessions: new IdleSessions({ now: () => clock.now }),
    limits: { heartbeatMs: 150, recheckMs: 0 },
  });
});
afterEach(() => {
  isIssuerAway = false;
});
afterAll(() => server[Symbol.asyncDispose]());

const subscribe = (id: string) => ({ id, type: 'subscribe', payload: { query: 'subscription { counter(room: "r") { value } }' } });

/** A socket that is signed in and watches a counter. */
async function watching(token: string): Promise<RawSocket> {
  const client = await rawSocket(server.socketUrl);
  client.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  await client.next();
  client.send(subscribe('1'));
  await client.next();
  return client;
}

const stream = (token: string, accept: string, query = 'subscription { counter(room: "r") { value } }'): Promise<Response> =>
  fetch(server.url, {
    method: 'POST',
    headers: { accept, authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });

const protocols = ['text/event-stream', 'multipart/mixed;subscriptionSpec=1.0'];

describe('a token that is revoked', () => {
  test('ends what its socket watches with the words of a token that ends, then the socket', async () => {
    using client = await watching('revoked.ws');
    revoked.add('revoked.ws');
    expect(await client.next()).toMatchObject({ id: '1', type: 'error', payload: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect((await client.closed).code).toBe(4403);
  });

  test.each(protocols)('ends a stream (%s)', async (accept) => {
    const response = await stream(`revoked.${accept.length}`, accept);
    revoked.add(`revoked.${accept.length}`);
    expect(await response.text()).toContain('"code":"UNAUTHENTICATED"');
  });

  test('does not open anything', async () => {
    revoked.add('revoked.again');
    using client = await rawSocket(server.socketUrl);
    client.send({ type: 'connection_init', payload: { authorization: 'Bearer revoked.again' } });
    expect((await client.closed).code).toBe(4403);
    const refused = await stream('revoked.again', 'text/event-stream');
    expect(refused.status).toBe(401);
    expect(await refused.text()).toContain('"code":"UNAUTHENTICATED"');
  });
});

describe('an issuer that cannot be asked any more', () => {
  test('lets nobody stay and nobody in: 1013, and 503 with a time to try again', async () => {
    using client = await watching('away.ws');
    isIssuerAway = true;
    expect((await client.closed).code).toBe(4403);
    using next = await rawSocket(server.socketUrl);
    next.send({ type: 'connection_init', payload: { authorization: 'Bearer away.ws' } });
    expect((await next.closed).code).toBe(1013);
    const response = await stream('away.ws', 'text/event-stream');
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await response.text()).toContain('"code":"IDENTITY_UNAVAILABLE"');
  });
});

describe('who asks nothing for 15 minutes', () => {
  test('is logged off: sockets close with a code of their own, streams end with a code, and the token is not taken again', async () => {
    using client = await watching('idle.1');
    const streams = await Promise.all(protocols.map((accept) => stream('idle.1', accept)));
    clock.now += 15 * minute;
    expect(await client.next()).toMatchObject({ id: '1', type: 'error', payload: [{ extensions: { code: 'SESSION_IDLE' } }] });
    expect(await client.closed).toEqual({ code: 4440, reason: 'Logged off' });
    for (const response of streams) expect(await response.text()).toContain('"code":"SESSION_IDLE"');
    using again = await rawSocket(server.socketUrl);
    again.send({ type: 'connection_init', payload: { authorization: 'Bearer idle.1' } });
    expect((await again.closed).code).toBe(4440);
    const refused = await stream('idle.1', 'text/event-stream');
    expect(refused.status).toBe(401);
    expect(await refused.text()).toContain('"code":"SESSION_IDLE"');
  });

  test('is logged off although pings and pongs go to and fro', async () => {
    using client = await watching('pinging.1');
    clock.now += 14 * minute;
    client.send({ type: 'ping' });
    expect(await client.next()).toEqual({ type: 'pong' });
    client.socket.ping();
    clock.now += minute;
    expect(await client.next()).toMatchObject({ type: 'error' });
    expect((await client.closed).code).toBe(4440);
  });

  test('stays when the same session asks anything: by another connection or on the socket itself', async () => {
    using client = await watching('call.1');
    using idle = await watching('other.1');
    clock.now += 14 * minute;
    // With a renewed token of the same session.
    expect(await (await stream('call.2', 'text/event-stream', '{ hello }')).text()).toContain('Hello');
    clock.now += minute;
    expect((await idle.closed).code).toBe(4440);
    clock.now += 13 * minute;
    client.send({ id: '2', type: 'subscribe', payload: { query: '{ __typename }' } });
    expect(await client.next()).toMatchObject({ id: '2', type: 'next' });
    expect(await client.next()).toMatchObject({ id: '2', type: 'complete' });
    clock.now += 14 * minute;
    server.graph.count('r', 7);
    expect(await client.next()).toMatchObject({ id: '1', payload: { data: { counter: { value: 7 } } } });
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });
});

test('a purpose may be said over a socket; one that does not fit closes it', async () => {
  using client = await rawSocket(server.socketUrl);
  client.send({ type: 'connection_init', payload: { authorization: 'Bearer purpose.1', 'x-purpose-of-use': 'ETREAT' } });
  await client.next();
  client.send({ id: '1', type: 'subscribe', payload: { query: '{ hello }' } });
  await client.next();
  expect(server.graph.contexts.at(-1)?.caller).toMatchObject({ subject: 'purpose', purpose: 'ETREAT' });
  using other = await rawSocket(server.socketUrl);
  other.send({ type: 'connection_init', payload: { authorization: 'Bearer purpose.1', 'x-purpose-of-use': 'HPAYMT' } });
  expect((await other.closed).code).toBe(4403);
});
