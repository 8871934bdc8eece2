import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { peopleGraph } from './testing/people-graph.ts';
import { testRouter } from './testing/test-router.ts';

// What a client gets wrong is answered with a code that says so, and is no defect of ours. The status is 400 for who accepts
// application/graphql-response+json, and 200 for who reads plain JSON, as GraphQL over HTTP wants it.

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

async function post(body: unknown, accept: string) {
  const response = await fetch(`${router.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer good', accept },
    body: JSON.stringify(body),
  });
  const { errors } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
  return { status: response.status, codes: errors?.map(({ extensions }) => extensions.code) };
}

async function expectMistake(body: unknown, code: string) {
  expect(await post(body, 'application/graphql-response+json')).toEqual({ status: 400, codes: [code] });
  for (const accept of ['application/json', '*/*']) expect(await post(body, accept)).toEqual({ status: 200, codes: [code] });
}

describe('an operation that cannot be found', () => {
  test.each([
    ['several operations and no name', { query: 'query A { people { name } } query B { people { name } }' }],
    ['a name that is not in the document', { query: 'query A { people { name } }', operationName: 'Z' }],
  ])('%s', (_, request) => expectMistake(request, 'OPERATION_RESOLUTION_FAILURE'));

  test('a kind of operation that the graph does not have', () =>
    expectMistake({ query: 'subscription { __typename }' }, 'GRAPHQL_VALIDATION_FAILED'));
});

test('a variable of a wrong type', () =>
  expectMistake({ query: 'query ($id: ID!) { person(id: $id) { name } }', variables: { id: { a: 1 } } }, 'BAD_USER_INPUT'));

test('a document that is not GraphQL', () => expectMistake({ query: '{' }, 'GRAPHQL_PARSE_FAILED'));

test('a field that is not there', () => expectMistake({ query: '{ nothing }' }, 'GRAPHQL_VALIDATION_FAILED'));
