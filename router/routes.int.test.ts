import { describe, expect, test } from 'vitest';
import { defaultAudience, devIssuerName, openDevIssuer } from './dev-issuer.ts';
import { createTokenVerifier, localKeys } from './identity.ts';
import { personaNames } from './personas.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { peopleGraph } from './testing/people-graph.ts';
import { smallSubgraph } from './testing/small-subgraph.ts';
import { testRouter } from './testing/test-router.ts';

const page = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

describe('who may ask', () => {
  test('without a token nothing but the schema is answered', async () => {
    await using graph = await peopleGraph();
    await using router = await testRouter(graph.subgraphs);
    expect((await router.query('{ __typename __schema { queryType { name } } }', {}, {})).status).toBe(200);
    for (const query of [
      '{ people { name } }',
      '{ __typename ...All } fragment All on Query { people { name } }',
      'mutation { addThing(label: "x") { label } }',
    ]) {
      const { status, headers, body } = await router.query(query, {}, {});
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toBe('Bearer');
      expect(body.data).toBeUndefined();
      expect(body.errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['UNAUTHENTICATED']);
    }
    expect(graph.people.seen).toEqual([]);
    expect(graph.things.seen).toEqual([]);
  });

  test('without a token production answers nothing at all', async () => {
    await using graph = await peopleGraph();
    await using router = await testRouter(graph.subgraphs, { production: true });
    expect((await router.query('{ __typename }', {}, {})).status).toBe(401);
  });

  test.each(['Bearer forged', 'Basic dXNlcjpwYXNz', 'Bearer'])(
    'a wrong authorization header (%s) refuses the whole request',
    async (authorization) => {
      await using graph = await peopleGraph();
      await using router = await testRouter(graph.subgraphs);
      const { status, headers, body } = await router.query('{ __typename }', {}, { authorization });
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toBe('Bearer');
      expect(body.errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED');
    },
  );
});

describe('the request id', () => {
  test('of the client comes back when it is a plain one', async () => {
    await using graph = await peopleGraph();
    await using router = await testRouter(graph.subgraphs);
    const good = { authorization: 'Bearer good' };
    expect((await router.query('{ __typename }', {}, { ...good, 'x-request-id': 'abc_1-2' })).headers.get('x-request-id')).toBe('abc_1-2');
    for (const odd of ['a b', '<script>', 'x'.repeat(65)]) {
      const id = (await router.query('{ __typename }', {}, { ...good, 'x-request-id': odd })).headers.get('x-request-id');
      expect(id).toMatch(/^[0-9a-f-]{36}$/);
    }
    expect((await fetch(`${router.url}/nowhere`)).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('leads to one log line that says who asked what and how it ended, without variables', async () => {
    await using graph = await peopleGraph();
    await using router = await testRouter(graph.subgraphs);
    await graph.things.stop();
    await router.query(
      'query Chart($id: ID!) { person(id: $id) { name things { label } } }',
      { id: 'p1' },
      { authorization: 'Bearer good', 'x-request-id': 'r1' },
    );
    const lines = router.logged().filter((line) => line['msg'] === 'request' && line['requestId'] === 'r1');
    expect(lines).toEqual([
      expect.objectContaining({
        operation: 'Chart',
        role: 'FRONT_DESK',
        outcome: 'partial',
        codes: ['SUBGRAPH_UNAVAILABLE'],
        status: 200,
        clientLeft: false,
        durationMs: expect.any(Number),
      }),
    ]);
    expect(JSON.stringify(router.logged())).not.toContain('p1');
  });

  test('leads to a line that says refused, and with which codes, when a mutation answers userErrors', async () => {
    await using ward = await smallSubgraph(
      `type Query { a: String } type Mutation { cancel: Payload }
       type Payload { userErrors: [UserError!]! } type UserError { code: String! message: String! }`,
      { Mutation: { cancel: () => ({ userErrors: [{ code: 'ILLEGAL_STATE', message: 'Ada cannot cancel.' }] }) } },
    );
    await using router = await testRouter({ ward });
    await router.query(`mutation ${'Cancel'.padEnd(90, 'x')} { cancel { userErrors { code message } } }`);
    await expect
      .poll(() => router.logged().filter(({ msg }) => msg === 'request'))
      .toEqual([
        expect.objectContaining({ operation: 'Cancel'.padEnd(60, 'x'), outcome: 'refused', codes: ['ILLEGAL_STATE'], status: 200 }),
      ]);
    expect(JSON.stringify(router.logged())).not.toContain('Ada');
  });
});

describe('health', () => {
  test('live says that the process runs, ready says which subgraph is down', async () => {
    await using graph = await peopleGraph();
    await using router = await testRouter(graph.subgraphs);
    const ready = async () => {
      const response = await fetch(`${router.url}/health/ready`);
      return { status: response.status, body: await response.json() };
    };
    expect(await ready()).toEqual({ status: 200, body: { status: 'ok', subgraphs: { people: 'ok', things: 'ok', extras: 'ok' } } });
    await graph.things.stop();
    graph.extras.behave(() => undefined);
    expect(await ready()).toEqual({ status: 503, body: { status: 'down', subgraphs: { people: 'ok', things: 'down', extras: 'down' } } });
    expect((await fetch(`${router.url}/health/live`)).status).toBe(200);
  });
});

describe('a browser', () => {
  test('gets the sandbox, compressed, once', async () => {
    await using graph = await peopleGraph();
    await using router = await testRouter(graph.subgraphs);
    const first = await fetch(router.url, { headers: page });
    expect(first.status).toBe(200);
    expect(first.headers.get('content-encoding')).toBe('gzip');
    const html = await first.text();
    expect(html).toContain('YogaGraphiQL');
    expect(html).toContain('id="personas"');
    expect(html).not.toMatch(/<(?:script|link)[^>]+(?:src|href)="https?:/);
    const again = await fetch(`${router.url}/graphql`, { headers: { ...page, 'if-none-match': first.headers.get('etag') ?? '' } });
    expect(again.status).toBe(304);
  });

  test('gets none in production, and neither keys nor tokens', async () => {
    await using graph = await peopleGraph();
    await using router = await testRouter(graph.subgraphs, { production: true });
    expect((await fetch(router.url, { headers: page })).headers.get('content-type')).toContain('application/json');
    expect((await fetch(`${router.url}/graphql`, { headers: page })).headers.get('content-type')).not.toContain('text/html');
    expect((await fetch(`${router.url}/dev/tokens`)).status).toBe(404);
    expect((await fetch(`${router.url}/.well-known/jwks.json`)).status).toBe(404);
  });

  test('is not mistaken for a JSON client', async () => {
    await using graph = await peopleGraph();
    await using router = await testRouter(graph.subgraphs);
    const response = await fetch(`${router.url}/graphql?query=${encodeURIComponent('{ people { name } }')}`, {
      headers: { accept: 'application/json', authorization: 'Bearer good', 'apollo-require-preflight': '1' },
    });
    expect(await response.json()).toEqual({ data: { people: [{ name: 'Ann' }, { name: 'Bo' }] } });
    expect(await (await fetch(router.url)).json()).toMatchObject({ graphql: '/graphql' });
  });
});

test('the development issuer offers a token for each persona, and they are accepted', async () => {
  await using folder = await temporaryFolder();
  await using graph = await peopleGraph();
  const devIssuer = await openDevIssuer(`${folder.path}/dev-issuer.json`, {});
  const verifyToken = createTokenVerifier({ issuer: devIssuerName, audience: defaultAudience, keys: localKeys(devIssuer.jwks) });
  await using router = await testRouter(graph.subgraphs, { devIssuer, verifyToken });
  const answer = await fetch(`${router.url}/dev/tokens`);
  const { tokens } = (await answer.json()) as { tokens: { persona: string; token: string }[] };
  expect(tokens.map(({ persona }) => persona)).toEqual(personaNames);
  for (const { token } of tokens) {
    expect((await router.query('{ person(id: "p1") { name } }', {}, { authorization: `Bearer ${token}` })).body).toEqual({
      data: { person: { name: 'Ann' } },
    });
  }
  expect(await (await fetch(`${router.url}/.well-known/jwks.json`)).json()).toEqual(devIssuer.jwks);
  expect(JSON.stringify(devIssuer.jwks)).not.toContain('"d"');
  expect(await (await fetch(`${router.url}/dev/tokens`, { headers: page })).text()).toContain('<h2>patient</h2>');
});
