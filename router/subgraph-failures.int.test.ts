import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { describe, expect, test } from 'vitest';
import { sendJson } from '#chassis/http.ts';
import { eventually } from '#chassis/testing/eventually.ts';
import { internalTokenHeader, deriveLinkKeys, linkKey, verifyInternalToken } from '#chassis/internal-token.ts';
import { peopleGraph } from './testing/people-graph.ts';
import type { Answer } from './testing/small-subgraph.ts';
import { testCaller, testRouter } from './testing/test-router.ts';
import type { GraphqlResult } from './testing/test-router.ts';

const errorsOf = ({ body }: GraphqlResult) =>
  body.errors?.map(({ path, extensions }) => ({ path, code: extensions?.['code'], service: extensions?.['service'] }));

const answerText =
  (status: number, text: string): Answer =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
  };
const hang: Answer = () => undefined;

describe('a healthy graph', () => {
  test('is answered across services', async () => {
    await using graph = await peopleGraph();
    await using router = await testRouter(graph.subgraphs);
    const { status, body } = await router.query('{ person(id: "p1") { name greeting things { label } } }');
    expect(status).toBe(200);
    expect(body).toEqual({ data: { person: { name: 'Ann', greeting: 'Hello nick-p1', things: [{ label: 'Thing of p1' }] } } });
  });

  test('tells each subgraph who asks, under the id of the request and with a deadline', async () => {
    await using graph = await peopleGraph();
    await using router = await testRouter(graph.subgraphs, { requestDeadlineMs: 5_000 });
    await router.query('{ people { name } }', {}, { authorization: 'Bearer good', 'x-request-id': 'req-7' });
    const headers = graph.people.seen[0]?.headers;
    expect(headers?.['x-request-id']).toBe('req-7');
    expect(Number(headers?.['x-deadline-ms'])).toBeGreaterThan(3_000);
    expect(Number(headers?.['x-deadline-ms'])).toBeLessThanOrEqual(5_000);
    expect(headers?.authorization).toBeUndefined();
    const key = linkKey(deriveLinkKeys('test', ['router>people']), 'router', 'people');
    const claims = await verifyInternalToken(String(headers?.[internalTokenHeader]), { from: 'router', to: 'people' }, key);
    expect(claims).toMatchObject({ caller: testCaller, requestId: 'req-7' });
  });
});

describe('a subgraph that nobody listens for', () => {
  test('leaves the rest of the answer whole, and each missing field has an error with its path', async () => {
    await using graph = await peopleGraph();
    await using router = await testRouter(graph.subgraphs);
    await graph.things.stop();
    const result = await router.query('{ people { name things { label } secret motto } }');
    expect(result.status).toBe(200);
    expect(result.body.data).toEqual({
      people: [
        { name: 'Ann', things: null, secret: null, motto: 'motto-p1' },
        { name: 'Bo', things: null, secret: null, motto: 'motto-p2' },
      ],
    });
    const dead = { code: 'SUBGRAPH_UNAVAILABLE', service: 'things' };
    expect(errorsOf(result)).toEqual([
      { path: ['people', 0, 'things'], ...dead },
      { path: ['people', 0, 'secret'], ...dead },
      { path: ['people', 1, 'things'], ...dead },
      { path: ['people', 1, 'secret'], ...dead },
    ]);
  });

  test('gives the response key of a root field as path, and other root fields are answered', async () => {
    await using graph = await peopleGraph();
    await using router = await testRouter(graph.subgraphs);
    await graph.things.stop();
    const result = await router.query('{ all: things { label } people { name } }');
    expect(result.body.data).toEqual({ all: null, people: [{ name: 'Ann' }, { name: 'Bo' }] });
    expect(errorsOf(result)).toEqual([{ path: ['all'], code: 'SUBGRAPH_UNAVAILABLE', service: 'things' }]);
  });

  test('whose field the client did not ask for: the error stands at the object around it', async () => {
    await using graph = await peopleGraph();
    await using router = await testRouter(graph.subgraphs);
    await graph.extras.stop();
    const result = await router.query('{ person(id: "p1") { name greeting } }');
    expect(result.body.data).toEqual({ person: { name: 'Ann', greeting: null } });
    expect(errorsOf(result)).toEqual([{ path: ['person'], code: 'SUBGRAPH_UNAVAILABLE', service: 'extras' }]);
  });

  test('does not matter to a request that does not need it', async () => {
    await using graph = await peopleGraph();
    await using router = await testRouter(graph.subgraphs);
    await graph.things.stop();
    expect((await router.query('{ person(id: "p1") { name motto } }')).body).toEqual({
      data: { person: { name: 'Ann', motto: 'motto-p1' } },
    });
  });

  test('fails a mutation with the path of its field', async () => {
    await using graph = await peopleGraph();
    await using router = await testRouter(graph.subgraphs);
    await graph.things.stop();
    const result = await router.query('mutation { addThing(label: "Cup") { label } }');
    expect(result.body.data).toEqual({ addThing: null });
    expect(errorsOf(result)).toEqual([{ path: ['addThing'], code: 'SUBGRAPH_UNAVAILABLE', service: 'things' }]);
  });
});

describe('a subgraph that misbehaves', () => {
  const cases: [string, Answer, string][] = [
    ['answers 503 with text', answerText(503, 'upstream 10.0.0.7 down'), 'SUBGRAPH_UNAVAILABLE'],
    ['cuts the line', (_, response) => void response.destroy(), 'SUBGRAPH_UNAVAILABLE'],
    ['answers a page', answerText(200, '<html>nginx</html>'), 'SUBGRAPH_ERROR'],
    ['answers JSON that is no GraphQL response', (_, response) => sendJson(response, 200, { hello: 1 }), 'SUBGRAPH_ERROR'],
    ['answers neither data nor errors', (_, response) => sendJson(response, 200, { data: null }), 'SUBGRAPH_ERROR'],
    ['answers too few entities', (_, response) => sendJson(response, 200, { data: { _entities: [] } }), 'SUBGRAPH_ERROR'],
    ['answers without end', answerText(200, 'x'.repeat(200_000)), 'SUBGRAPH_ERROR'],
    [
      'refuses the token of the router',
      (_, response) => sendJson(response, 401, { errors: [{ message: 'no', extensions: { code: 'UNAUTHENTICATED' } }] }),
      'SUBGRAPH_ERROR',
    ],
    [
      'does not know the schema',
      (_, response) =>
        sendJson(response, 400, { errors: [{ message: 'Cannot query field', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] }),
      'SUBGRAPH_ERROR',
    ],
    [
      'fails whole with a code of its own',
      (_, response) => sendJson(response, 500, { errors: [{ message: 'P2002', extensions: { code: 'P2002' } }] }),
      'INTERNAL_SERVER_ERROR',
    ],
  ];
  test.each(cases)('that %s', async (_, answer, code) => {
    await using graph = await peopleGraph();
    await using router = await testRouter(graph.subgraphs);
    graph.things.behave(answer);
    const result = await router.query('{ person(id: "p1") { name things { label } } }');
    expect(result.body.data).toEqual({ person: { name: 'Ann', things: null } });
    expect(errorsOf(result)).toEqual([{ path: ['person', 'things'], code, service: 'things' }]);
    expect(JSON.stringify(result.body)).not.toMatch(/10\.0\.0\.7|nginx|P2002|Cannot query/);
  });

  test('that does not answer in time', async () => {
    await using graph = await peopleGraph();
    await using router = await testRouter(graph.subgraphs, { requestDeadlineMs: 200 });
    graph.things.behave(hang);
    const result = await router.query('{ person(id: "p1") { name things { label } } }');
    expect(errorsOf(result)).toEqual([{ path: ['person', 'things'], code: 'SUBGRAPH_TIMEOUT', service: 'things' }]);
  });
});

describe('what a subgraph says in an error', () => {
  test('stays inside when it is a defect', async () => {
    await using graph = await peopleGraph();
    await using router = await testRouter(graph.subgraphs);
    const { body, headers } = await router.query('{ broken people { name } }');
    expect(body.data).toEqual({ broken: null, people: [{ name: 'Ann' }, { name: 'Bo' }] });
    expect(body.errors).toEqual([
      {
        message: 'Something went wrong on our side. Quote the request id.',
        path: ['broken'],
        extensions: { code: 'INTERNAL_SERVER_ERROR', service: 'people', requestId: headers.get('x-request-id') },
      },
    ]);
    expect(JSON.stringify(router.logged())).not.toContain('123-45-6789');
  });

  test('is passed on when it is about the arguments, without its other extensions', async () => {
    await using graph = await peopleGraph();
    await using router = await testRouter(graph.subgraphs);
    graph.people.behave((_, response) =>
      sendJson(response, 200, {
        data: { strict: null },
        errors: [
          {
            message: 'limit: must be positive.',
            path: ['strict'],
            extensions: { code: 'BAD_USER_INPUT', argument: 'limit', stacktrace: ['at db.ts'] },
          },
        ],
      }),
    );
    const { body } = await router.query('{ strict(limit: -1) }');
    expect(body.errors).toEqual([
      {
        message: 'limit: must be positive.',
        path: ['strict'],
        extensions: { code: 'BAD_USER_INPUT', service: 'people', requestId: expect.any(String) },
      },
    ]);
  });
});

describe('a client that leaves', () => {
  test.each([
    ['a query is cancelled', '{ things { label } }', true],
    ['a mutation goes on', 'mutation { addThing(label: "Cup") { label } }', false],
  ])('%s', async (_, query, cancelled) => {
    await using graph = await peopleGraph();
    await using router = await testRouter(graph.subgraphs);
    let cut = false;
    let finish = () => undefined as void;
    const arrived = new Promise<void>((resolve) =>
      graph.things.behave((_request, response) => {
        response.once('close', () => (cut = !response.writableFinished));
        finish = () => sendJson(response, 200, { data: {} });
        resolve();
      }),
    );
    const client = httpRequest(`${router.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer good' },
    });
    client.on('error', () => undefined);
    client.end(JSON.stringify({ query }));
    await arrived;
    client.destroy();
    await eventually(
      () => router.logged().find((line) => line['msg'] === 'request'),
      (line) => line?.['clientLeft'] === true,
    );
    if (cancelled) await eventually(() => cut, Boolean);
    else expect(cut).toBe(false);
    finish();
  });
});

test('a stop lets requests under way finish and takes no new ones', async () => {
  await using graph = await peopleGraph();
  await using router = await testRouter(graph.subgraphs);
  let finish = () => undefined as void;
  const arrived = new Promise<void>((resolve) =>
    graph.things.behave((_request, response) => {
      finish = () => sendJson(response, 200, { data: { things: [{ label: 'Lamp' }] } });
      resolve();
    }),
  );
  const answer = router.query('{ things { label } }');
  await arrived;
  const closed = router.close();
  const refused = httpRequest(`${router.url}/health/live`);
  refused.end();
  const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
  finish();
  expect((await answer).body).toEqual({ data: { things: [{ label: 'Lamp' }] } });
  await closed;
});
