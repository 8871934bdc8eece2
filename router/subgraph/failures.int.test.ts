import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendJson } from '#chassis/http.ts';
import { eventually } from '#chassis/testing/eventually.ts';
import { internalTokenHeader, deriveLinkKeys, linkKey, verifyInternalToken } from '#chassis/internal-token.ts';
import { peopleGraph, type PeopleGraph } from '../testing/people-graph.ts';
import type { Answer } from '../testing/small-subgraph.ts';
import { testCaller, testRouter } from '../testing/test-router.ts';
import type { GraphqlResult, TestRouter } from '../testing/test-router.ts';

const errorsOf = ({ body }: GraphqlResult) =>
  body.errors?.map(({ path, extensions }) => ({ path, code: extensions?.['code'], service: extensions?.['service'] }));

const answerText =
  (status: number, text: string): Answer =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
  };
const hang: Answer = () => undefined;
const trickle: Answer = (_, response) => {
  const drip = setInterval(() => response.write(' '), 100);
  response.once('close', () => clearInterval(drip));
};
const flood: Answer = (_, response) => {
  const more = () => {
    let goesOn = true;
    while (goesOn && !response.destroyed) goesOn = response.write('x'.repeat(10_000));
  };
  response.on('drain', more);
  more();
};

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
    const claims = verifyInternalToken(String(headers?.[internalTokenHeader]), { from: 'router', to: 'people' }, key);
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
  test('that sends keys of prototypes poisons nothing', async () => {
    await using graph = await peopleGraph();
    await using router = await testRouter(graph.subgraphs);
    const poison = '{"__proto__":{"poisoned":true,"name":"Eve","motto":"Eve"},"constructor":{"prototype":{"poisoned":true}}';
    graph.things.behave(
      (_, response) =>
        void response.end(`{"data":${poison},"_entities":[${poison},"things":[${poison},"label":"L"}]}]},"__proto__":{"errors":[]}}`),
    );
    graph.people.behave((_, response) => void response.end(`{"data":${poison},"people":[${poison},"__typename":"Person","id":"p1"}]}}`));
    const { body } = await router.query('{ people { id name things { label } } }');
    expect(JSON.stringify(body)).not.toMatch(/Eve|poisoned/);
    expect(body.errors?.map(({ path }) => path)).toEqual([['people', 0, 'name']]);
    expect(({} as Record<string, unknown>)['poisoned']).toBeUndefined();
    graph.people.behave(null);
    expect((await router.query('{ people { name motto } }')).body.data).toEqual({
      people: [
        { name: 'Ann', motto: 'motto-p1' },
        { name: 'Bo', motto: 'motto-p2' },
      ],
    });
  });

  test('that fails again and again is left alone: an answer without it comes at once, and the log says so once', async () => {
    await using graph = await peopleGraph();
    await using router = await testRouter(graph.subgraphs);
    graph.things.behave(answerText(500, 'no'));
    for (let n = 0; n < 15; n++) await router.query('{ person(id: "p1") { name things { label } } }');
    expect(graph.things.seen).toHaveLength(10);
    const { body } = await router.query('{ person(id: "p1") { name things { label } } }');
    expect(body.data).toEqual({ person: { name: 'Ann', things: null } });
    expect(router.logged().filter(({ subgraph, level }) => subgraph === 'things' && level === 50)).toHaveLength(1);
    expect((await router.query('{ people { motto } }')).body.errors).toBeUndefined();
  });

  test('that does not answer in time', async () => {
    await using graph = await peopleGraph();
    await using router = await testRouter(graph.subgraphs, { requestDeadlineMs: 200 });
    graph.things.behave(hang);
    const result = await router.query('{ person(id: "p1") { name things { label } } }');
    expect(errorsOf(result)).toEqual([{ path: ['person', 'things'], code: 'SUBGRAPH_TIMEOUT', service: 'things' }]);
  });
});

describe('requests on a router with a subgraph that lies', () => {
  let lying: PeopleGraph;
  let shared: TestRouter;
  beforeAll(async () => {
    lying = await peopleGraph();
    shared = await testRouter(lying.subgraphs, { requestDeadlineMs: 2_500 });
  });
  afterAll(async () => {
    await shared.close();
    await lying[Symbol.asyncDispose]();
  });
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
  test.each(cases)('have a code for what is missing when it %s', async (_, answer, code) => {
    lying.things.behave(answer);
    const result = await shared.query('{ person(id: "p1") { name things { label } } }');
    expect(result.body.data).toEqual({ person: { name: 'Ann', things: null } });
    expect(errorsOf(result)).toEqual([{ path: ['person', 'things'], code, service: 'things' }]);
    expect(JSON.stringify(result.body)).not.toMatch(/10\.0\.0\.7|nginx|P2002|Cannot query/);
  });

  const lies: [string, Answer][] = [
    ['hangs', hang],
    ['sends a byte now and then', trickle],
    [
      'resets in the middle of an answer',
      (_, response) => void response.writeHead(200, { 'content-length': 500 }).write('{"data":', () => response.destroy()),
    ],
    ['sends without end', flood],
    ['sends a page as JSON', (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
    ['sends half a JSON', (_, response) => void response.end('{"data":{"_entities":[')],
    ['sends bytes that are no text', (_, response) => void response.end(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]))],
    ['sends to another place', (_, response) => void response.writeHead(307, { location: 'http://127.0.0.1:1/graphql' }).end()],
    ['promises to go on and does not', (_, response) => response.writeProcessing()],
    [
      'switches to another protocol',
      (_, response) => void response.socket?.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
    ],
    ['sends a bomb of headers', (_, response) => void response.writeHead(200, { bomb: 'x'.repeat(60_000) }).end('{"data":null}')],
  ];
  test.each(lies)('are answered while it %s, and so is the next one to itself', async (_, answer) => {
    const healthy = '{ people { name motto } }';
    const expected = (await shared.query(healthy)).body;
    lying.things.behave(answer);
    const [mistreated, ...others] = await Promise.all([
      shared.query('{ person(id: "p1") { name things { label } } }'),
      ...Array.from({ length: 5 }, () => shared.query(healthy)),
    ]);
    expect(mistreated.body.data).toEqual({ person: { name: 'Ann', things: null } });
    expect(errorsOf(mistreated)).toEqual([{ path: ['person', 'things'], code: expect.stringMatching(/^SUBGRAPH_/), service: 'things' }]);
    expect(others.map(({ body }) => body)).toEqual(others.map(() => expected));
    lying.things.behave(null);
    expect((await shared.query('{ things { label } }')).body).toEqual({ data: { things: [{ label: 'Lamp' }] } });
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

describe('identical queries at the same time', () => {
  const twice = async (options: { readonly shareQueries?: boolean }) => {
    await using graph = await peopleGraph();
    await using router = await testRouter(graph.subgraphs, options);
    const release: (() => void)[] = [];
    graph.things.behave((_request, response) => {
      release.push(() => sendJson(response, 200, { data: { things: [{ label: 'Lamp' }] } }));
    });
    const answers = [1, 2].map(() => router.query('{ things { label } }'));
    // The second is on its way when it has been asked for its shape: then it waits for the first, or has been sent.
    await eventually(
      () => router.logged().filter(({ msg }) => msg === 'a query joins another that is on its way').length + release.length,
      (count) => count === 2,
    );
    release.forEach((answer) => answer());
    expect((await Promise.all(answers)).map(({ body }) => body.data)).toEqual([1, 2].map(() => ({ things: [{ label: 'Lamp' }] })));
    return graph.things.seen.length;
  };
  test('of one caller reach the subgraph once', async () => expect(await twice({})).toBe(1));
  test('reach it twice when they may not be shared', async () => expect(await twice({ shareQueries: false })).toBe(2));
});

describe('a client that leaves', () => {
  test.each([
    ['a query is cancelled', '{ things { label } }', true],
    ['a mutation goes on', 'mutation { addThing(label: "Cup") { label } }', false],
  ])('%s', async (_, query, cancelled) => {
    await using graph = await peopleGraph();
    await using router = await testRouter(graph.subgraphs);
    let cut: boolean | undefined;
    let finish = () => undefined as void;
    const arrived = new Promise<void>((resolve) =>
      graph.things.behave((_request, response) => {
        response.once('close', () => (cut = !response.writableFinished));
        finish = () => sendJson(response, 200, { data: { addThing: { label: 'Cup' } } });
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
    if (!cancelled) finish();
    const how = await eventually(
      () => cut,
      (known) => known !== undefined,
    );
    expect(how).toBe(cancelled);
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
