import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { testRouter, type TestRouter } from '../testing/test-router.ts';
import { readMultipart } from './testing/read-multipart.ts';
import { wardGraph } from './testing/ward-graph.ts';

const authorization = 'Bearer good';
const watch = 'subscription Watch { visitUpdated { status patient { name } } }';
const state = (status: string, name: string | null = 'Ada') => ({ data: { visitUpdated: { status, patient: { name } } } });

interface Subscribed extends AsyncDisposable {
  next(): Promise<unknown>;
}

type Subscribe = (router: TestRouter, query?: string) => Subscribed;

const reader = (results: AsyncIterator<unknown>, dispose: () => unknown): Subscribed => ({
  async next() {
    try {
      const step = await results.next();
      return step.done ? 'complete' : step.value;
    } catch (errors) {
      return { errors }; // how graphql-ws tells of an `error` message
    }
  },
  async [Symbol.asyncDispose]() {
    await dispose();
  },
});

const overWebSocket: Subscribe = (router, query = watch) => {
  const client = createSocketClient({
    url: `${router.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
    retryAttempts: 0,
    lazyCloseTimeout: 0,
  });
  return reader(client.iterate({ query }), () => client.dispose());
};

const overSse: Subscribe = (router, query = watch) => {
  const client = createSseClient({ url: `${router.url}/graphql`, headers: { authorization }, retryAttempts: 0 });
  return reader(client.iterate({ query }), () => client.dispose());
};

const overMultipart: Subscribe = (router, query = watch) => {
  const leaving = new AbortController();
  async function* results(): AsyncGenerator<unknown, void, void> {
    const response = await fetch(`${router.url}/graphql`, {
      method: 'POST',
      headers: { accept: 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0', 'content-type': 'application/json', authorization },
      body: JSON.stringify({ query }),
      signal: leaving.signal,
    });
    if (response.headers.get('content-type')?.includes('json')) {
      yield await response.json();
      return;
    }
    for await (const part of readMultipart((response.body ?? []) as AsyncIterable<Uint8Array>)) {
      const { payload, errors } = part as { payload?: unknown; errors?: unknown };
      if (errors) yield { errors };
      else if (payload !== undefined) yield payload;
    }
  }
  return reader(results(), () => leaving.abort());
};

describe.each<[string, Subscribe]>([
  ['a WebSocket', overWebSocket],
  ['SSE', overSse],
  ['multipart', overMultipart],
])('a subscription over %s', (_, subscribe) => {
  test('has the fields of other subgraphs filled in for each event', async () => {
    await using graph = await wardGraph();
    await using router = await testRouter(graph.subgraphs);
    await using results = subscribe(router);
    expect(await results.next()).toEqual(state('planned'));
    graph.change('arrived');
    expect(await results.next()).toEqual(state('arrived'));
    expect(graph.subgraphs.people.seen).toHaveLength(2);
  });

  test('goes on when another subgraph fails for an event, with its field null and the reason', async () => {
    await using graph = await wardGraph();
    await using router = await testRouter(graph.subgraphs);
    await using results = subscribe(router);
    await results.next();
    graph.subgraphs.people.behave((__, response) => void response.destroy());
    graph.change('arrived');
    expect(await results.next()).toMatchObject({
      ...state('arrived', null),
      errors: [{ path: ['visitUpdated', 'patient', 'name'], extensions: { code: 'SUBGRAPH_UNAVAILABLE', service: 'people' } }],
    });
    graph.subgraphs.people.behave(null);
    graph.change('finished');
    expect(await results.next()).toEqual(state('finished'));
  });

  test('ends with a code when its subgraph is killed, and subscribing again resumes with the current state', async () => {
    await using graph = await wardGraph();
    await using router = await testRouter(graph.subgraphs);
    await using results = subscribe(router);
    await results.next();
    graph.subgraphs.visits.breakStreams();
    expect(await results.next()).toMatchObject({ errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE', service: 'visits' } }] });
    expect(await results.next()).toBe('complete');
    graph.change('arrived while away');
    await using again = subscribe(router);
    expect(await again.next()).toEqual(state('arrived while away'));
  });

  test('that does not fit the schema is refused with the reason', async () => {
    await using graph = await wardGraph();
    await using router = await testRouter(graph.subgraphs);
    await using results = subscribe(router, 'subscription { visitUpdated { nothing } }');
    expect(await results.next()).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
    expect(graph.subgraphs.visits.seen).toEqual([]);
  });
});

test('clients who watch the same share one stream of the subgraph, whatever their protocol, and the last one to leave closes it', async () => {
  await using graph = await wardGraph();
  await using router = await testRouter(graph.subgraphs);
  const clients = [overWebSocket, overSse, overMultipart, overWebSocket, overSse].map((subscribe) => subscribe(router));
  for (const client of clients) expect(await client.next()).toEqual(state('planned'));
  expect(graph.subgraphs.visits.openStreams()).toBe(1);
  graph.change('arrived');
  for (const client of clients) expect(await client.next()).toEqual(state('arrived'));
  await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
  await expect.poll(() => graph.subgraphs.visits.openStreams()).toBe(0);
});

test('single changes are not shared with whoever comes late', async () => {
  await using graph = await wardGraph();
  await using router = await testRouter(graph.subgraphs);
  const changes = 'subscription { statusChanged { status } }';
  await using first = overSse(router, changes);
  const next = first.next();
  await expect.poll(() => graph.subgraphs.visits.openStreams()).toBe(1);
  graph.change('arrived');
  await next;
  await using late = overSse(router, changes);
  void late.next();
  await expect.poll(() => graph.subgraphs.visits.openStreams()).toBe(2);
});
