import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { asAnn, counterServer } from './testing/counter-server.ts';
import { readMultipart } from './testing/read-multipart.ts';

const count = (value: number) => ({ payload: { data: { counter: { value } } } });
const watch = 'subscription { counter(room: "r") { value } }';
// As Apollo Client sends it.
const accept = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json';

function post(url: string, query: string, { token = 'ann', signal }: { token?: string; signal?: AbortSignal } = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { accept, 'content-type': 'application/json', ...asAnn, authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
    ...(signal && { signal }),
  });
}

const parts = ({ body }: Response) => readMultipart((body ?? []) as AsyncIterable<Uint8Array>);

describe('over multipart', () => {
  test('a subscription brings the current state and what follows, and leaving it closes its upstream', async () => {
    await using server = await counterServer();
    server.graph.count('r', 3);
    const leaving = new AbortController();
    const response = await post(server.url, watch, leaving);
    expect(response.headers.get('content-type')).toBe('multipart/mixed;boundary="graphql";subscriptionSpec=1.0');
    const results = parts(response);
    expect((await results.next()).value).toEqual(count(3));
    const next = results.next();
    server.graph.count('r', 4);
    expect((await next).value).toEqual(count(4));
    leaving.abort();
    await server.graph.untilOpen('r', 0);
    expect(await server.untilLogged('subscription')).toMatchObject([
      { protocol: 'multipart', outcome: 'ok', ended: 'client left', events: 2 },
    ]);
  });

  test('the bytes are those of the protocol', async () => {
    await using server = await counterServer();
    const response = await post(server.url, watch);
    await server.graph.untilOpen('r', 1);
    await server.close();
    expect(await response.text()).toBe(
      '\r\n--graphql\r\ncontent-type: application/json\r\n\r\n{"payload":{"data":{"counter":{"value":0}}}}\r\n--graphql--\r\n',
    );
  });

  test('an error that ends the stream stands beside an empty payload', async () => {
    await using server = await counterServer();
    const results = parts(await post(server.url, watch));
    expect((await results.next()).value).toEqual(count(0));
    const last = results.next();
    server.graph.breakRoom('r');
    expect((await last).value).toMatchObject({ payload: null, errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] });
    expect((await results.next()).done).toBe(true);
  });

  test('a token that ends ends the stream with a code', async () => {
    await using server = await counterServer();
    const results = parts(await post(server.url, watch, { token: 'brief' }));
    await results.next();
    expect((await results.next()).value).toMatchObject({ payload: null, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect((await results.next()).done).toBe(true);
  });

  test('a quiet stream shows signs of life', async () => {
    await using server = await counterServer({ limits: { heartbeatMs: 20 } });
    const results = parts(await post(server.url, watch));
    await results.next();
    for (let n = 0; n < 3; n += 1) expect((await results.next()).value).toEqual({});
    await results.return();
  });

  test('queries are answered, and refusals told, as plain JSON', async () => {
    await using server = await counterServer();
    const query = await post(server.url, '{ hello }');
    expect([query.status, query.headers.get('content-type'), await query.json()]).toEqual([
      200,
      'application/json; charset=utf-8',
      { data: { hello: 'Hello world' } },
    ]);
    const refused = await post(server.url, 'subscription { nothing }');
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
    ]);
    expect((await post(server.url, watch, { token: 'eve' })).status).toBe(401);
  });

  test('a client that does not read stops the production of results for it and is cut off', async () => {
    await using server = await counterServer({ limits: { heartbeatMs: 100, slowMs: 500 } });
    const client = connect(Number(new URL(server.url).port), '127.0.0.1').pause();
    const body = JSON.stringify({ query: 'subscription { counter(room: "r") { value text } }' });
    client.write(
      `POST /graphql HTTP/1.1\r\nhost: x\r\naccept: ${accept}\r\nauthorization: Bearer ann\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await server.graph.untilOpen('r', 1);
    const results = 500;
    for (let n = 1; n <= results; n += 1) server.graph.count('r', n, 'x'.repeat(200_000));
    await server.graph.untilOpen('r', 0);
    expect(server.graph.pulled).toBeLessThan(results / 2);
    expect(await server.untilLogged('subscription')).toMatchObject([{ ended: 'too slow' }]);
    client.on('error', () => undefined).resume();
    await once(client, 'close');
  });
});
