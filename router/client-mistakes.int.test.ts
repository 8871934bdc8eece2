import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { peopleGraph } from './testing/people-graph.ts';
import { testRouter } from './testing/test-router.ts';

// What a client gets wrong is answered with 400 and a code that says so, and is no defect of ours.

let graph: Awaited<ReturnType<typeof peopleGraph>>;
let router: Awaited<ReturnType<typeof testRouter>>;
beforeAll(async () => {
  graph = await peopleGraph();
  router = await testRouter(graph.subgraphs);
});
afterAll(async () => {
  await router[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
});

const post = async (body: unknown) => {
  const response = await fetch(`${router.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer good' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as { errors?: { message: string; extensions: { code: string } }[] } };
};

describe('an operation that cannot be found', () => {
  test.each([
    ['several operations and no name', { query: 'query A { people { name } } query B { people { name } }' }],
    ['a name that is not in the document', { query: 'query A { people { name } }', operationName: 'Z' }],
  ])('%s', async (_, request) => {
    const { status, body } = await post(request);
    expect(status).toBe(400);
    expect(body.errors?.map(({ extensions }) => extensions.code)).toEqual(['OPERATION_RESOLUTION_FAILURE']);
  });

  test('a kind of operation that the graph does not have', async () => {
    const { status, body } = await post({ query: 'subscription { __typename }' });
    expect(status).toBe(400);
    expect(body.errors?.map(({ extensions }) => extensions.code)).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  });
});

test('a variable of a wrong type', async () => {
  const { status, body } = await post({ query: 'query ($id: ID!) { person(id: $id) { name } }', variables: { id: { a: 1 } } });
  expect(status).toBe(400);
  expect(body.errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
});
