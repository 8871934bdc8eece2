import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { peopleGraph } from './testing/people-graph.ts';
import type { PeopleGraph } from './testing/people-graph.ts';
import { testRouter } from './testing/test-router.ts';
import type { TestRouter } from './testing/test-router.ts';

// The audits of the GraphQL over HTTP specification, MUST, SHOULD and MAY, against one router.

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

const signedIn = (url: string, init: RequestInit = {}) =>
  fetch(url, { ...init, headers: { ...(init.headers as Record<string, string>), authorization: 'Bearer good' } });

const audits = serverAudits({ url: () => `${router.url}/graphql`, fetchFn: signedIn });

test('there are 61 audits', () => expect(audits).toHaveLength(61));

test.each(audits.map((audit) => [audit.id, audit.name, audit] as const))('%s %s', async (_id, _name, audit) => {
  const result = await audit.fn();
  expect('reason' in result ? result.reason : undefined).toBeUndefined();
  expect(result.status).toBe('ok');
});
