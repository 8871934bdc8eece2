import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { CompactEncrypt, exportJWK, generateKeyPair } from 'jose';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTokenVerifier, localKeys } from './identity.ts';
import { peopleGraph } from './testing/people-graph.ts';
import type { PeopleGraph } from './testing/people-graph.ts';
import { testRouter } from './testing/test-router.ts';
import type { TestRouter } from './testing/test-router.ts';

// Each advisory on a library under the router that could reach through it, as a request that it must withstand: SECURITY.md lists them all.

let graph: PeopleGraph;
let router: TestRouter;
beforeAll(async () => {
  graph = await peopleGraph();
  router = await testRouter(graph.subgraphs);
});
afterAll(async () => {
  await router[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
});

const signedIn = { authorization: 'Bearer good' };
const body = (query: string): string => JSON.stringify({ query });

async function send(path: string, options: { headers?: Record<string, string>; body?: string | Buffer } = {}) {
  const response = await request(`${router.url}${path}`, {
    method: options.body === undefined ? 'GET' : 'POST',
    headers: { ...signedIn, ...options.headers },
    ...(options.body !== undefined && { body: options.body }),
  });
  return { status: response.statusCode, text: await response.body.text() };
}

const usual = async () => (await router.query('{ person(id: "p1") { name } }')).body;
const asUsual = { data: { person: { name: 'Ann' } } };

describe('@apollo/server', () => {
  test.each(['message/rfc822', 'text/plain', 'application/graphql'])(
    'GHSA-9q82-xgwf-vj6h: a GET that says its content is %s asks nothing',
    async (type) => {
      graph.people.seen.length = 0;
      const { status } = await send(`/graphql?query=${encodeURIComponent('{ people { name } }')}`, { headers: { 'content-type': type } });
      expect(status).toBe(415);
      expect(graph.people.seen).toEqual([]);
    },
  );

  test.each(['ibm850', 'utf-7', 'x-unknown'])('GHSA-mp6q-xf9x-fwf7: a body in the character set %s is not decoded', async (charset) => {
    const { status } = await send('/graphql', {
      headers: { 'content-type': `application/json; charset=${charset}` },
      body: body('{ __typename }'),
    });
    expect(status).toBe(415);
    expect(await usual()).toEqual(asUsual);
  });

  test('GHSA-8r69-3cvp-wxc3: a batch is refused, so no header of one answer speaks for another', async () => {
    const { status } = await send('/graphql', {
      headers: { 'content-type': 'application/json' },
      body: `[${body('{ __typename }')},${body('{ people { name } }')}]`,
    });
    expect(status).toBe(400);
  });

  test('GHSA-w42g-7vfc-xf37: streams hold the rules that requests hold', async () => {
    await using production = await testRouter(graph.subgraphs, { production: true });
    const response = await request(`${production.url}/graphql`, {
      method: 'POST',
      headers: { ...signedIn, 'content-type': 'application/json', accept: 'text/event-stream' },
      body: body('{ __schema { queryType { name } } }'),
    });
    expect(await response.body.text()).not.toContain('"queryType"');
  });
});

describe('@apollo/gateway and its planner', () => {
  test('CVE-2026-32621: aliases and variables that name prototypes change no object of this process', async () => {
    const query = `query ($constructor: ID!) {
      __proto__: person(id: $constructor) { __proto__: name constructor: name }
      constructor: people { prototype: name }
    }`;
    const { text } = await send('/graphql', {
      headers: { 'content-type': 'application/json' },
      body: `{"query":${JSON.stringify(query)},"variables":{"constructor":"p1","__proto__":{"polluted":true}}}`,
    });
    expect(text).toContain('"constructor":[{"prototype":"Ann"},{"prototype":"Bo"}]');
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(await usual()).toEqual(asUsual);
  });

  test('CVE-2025-32030, CVE-2025-32031: fragments that multiply are refused before they are planned', async () => {
    const levels = Array.from({ length: 20 }, (_, n) => `fragment F${n} on Person { ...F${n + 1} friend { ...F${n + 1} } }`);
    const { body: answer } = await router.query(`{ people { ...F0 } } ${levels.join(' ')} fragment F20 on Person { name }`);
    expect(answer.data).toBeUndefined();
    expect(answer.errors).toHaveLength(1);
    expect(await usual()).toEqual(asUsual);
  });
});

test('graphql CVE-2023-26144: fields that overlap ten thousand times are not compared with each other', async () => {
  graph.people.seen.length = 0;
  const { body: answer } = await router.query(`{ people { ${'name '.repeat(10_000)} } }`);
  expect(answer.data).toBeUndefined();
  expect(graph.people.seen).toEqual([]);
});

describe('node and ws', () => {
  test('CVE-2024-37890: an upgrade with thousands of headers ends nothing but itself', async () => {
    const { port } = new URL(router.url);
    const headers = Object.fromEntries(Array.from({ length: 2_500 }, (_, n) => [`h${n}`, 'x']));
    await new Promise<void>((resolve) => {
      const upgrade = httpRequest({
        port,
        path: '/graphql',
        headers: {
          ...headers,
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
          'sec-websocket-version': '13',
          'sec-websocket-protocol': 'graphql-transport-ws',
        },
      });
      upgrade.once('close', resolve);
      upgrade.once('upgrade', (_response, socket) => socket.destroy());
      upgrade.once('response', (response) => response.destroy());
      upgrade.once('error', () => undefined);
      upgrade.end();
    });
    expect(await usual()).toEqual(asUsual);
  });

  test('CVE-2026-21710: a header that names the prototype is a header', async () => {
    const { status } = await send('/graphql', {
      headers: { 'content-type': 'application/json', ['__proto__']: 'x', constructor: 'x' },
      body: body('{ __typename }'),
    });
    expect(status).toBe(200);
    expect(await usual()).toEqual(asUsual);
  });
});

test('jose CVE-2024-28176: an encrypted token is not unpacked, whoever it is encrypted for', async () => {
  const { publicKey } = await generateKeyPair('ECDH-ES');
  const key = { ...(await exportJWK(publicKey)), kid: 'k1' };
  const verify = createTokenVerifier({ issuer: 'https://id.example', audience: 'graph', keys: localKeys({ keys: [key] }) });
  const token = await new CompactEncrypt(Buffer.from('{}'))
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: 'k1', typ: 'JWT' })
    .encrypt(publicKey);
  await expect(verify(token)).rejects.toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
});

test('undici CVE-2026-22036: an answer of a subgraph that is packed many times over is not unpacked', async () => {
  const packed = gzipSync(gzipSync('{"data":{"person":{"name":"Packed"}}}'));
  graph.people.behave(
    (_, response) =>
      void response
        .writeHead(200, { 'content-type': 'application/json', 'content-encoding': Array(500).fill('gzip').join(', ') })
        .end(packed),
  );
  try {
    const { body: answer } = await router.query('{ person(id: "p2") { name } }');
    expect(answer.data).toEqual({ person: null });
    expect(answer.errors?.[0]?.extensions?.['code']).toBe('SUBGRAPH_ERROR');
  } finally {
    graph.people.behave(null);
  }
  expect(await usual()).toEqual(asUsual);
});
