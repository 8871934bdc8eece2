import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { subgraphNames } from '#schema/events.ts';
import { eventually } from '#chassis/testing/eventually.ts';
import { startTestSystem, type TestSystem } from './test-system.ts';
import { tellStory, type Told } from './story.ts';

let graph: TestSystem;
let told: Told;
beforeAll(async () => {
  graph = await startTestSystem({ seed: false });
  told = await tellStory(graph);
});
afterAll(async () => {
  await graph[Symbol.asyncDispose]();
});

test.each(subgraphNames.flatMap((own) => subgraphNames.filter((other) => other !== own).map((other) => [own, other] as const)))(
  'the role of %s cannot open the database of %s',
  async (own, other) => {
    const url = new URL(graph.system.databaseUrls[own]);
    url.pathname = `/${other}`;
    const client = new pg.Client({ connectionString: url.href });
    await expect(client.connect()).rejects.toMatchObject({ code: '42501' });
    await client.end().catch(() => undefined);
  },
);

test.each([
  ['a query', '{ __typename }'],
  ['introspection', '{ __schema { queryType { name } } }'],
  ['the SDL', '{ _service { sdl } }'],
  ['entities', '{ _entities(representations: [{ __typename: "Patient", id: "pat_1" }]) { __typename } }'],
])('every subgraph refuses %s that does not come from the router', async (_what, query) => {
  const token = await graph.token('frontdesk');
  for (const name of subgraphNames) {
    for (const headers of [{}, { authorization: `Bearer ${token}` }, { 'x-internal-token': token }]) {
      const response = await fetch(`${graph.subgraphUrl(name)}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query }),
      });
      expect(response.status, `${name} ${JSON.stringify(headers)}`).toBe(401);
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    }
    const events = await fetch(`${graph.subgraphUrl(name)}/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-event-source': 'patient' },
      body: JSON.stringify({ source: 'patient', events: [], caughtUp: true }),
    });
    expect(events.status).toBe(401);
  }
});

test('a killed subgraph harms no request that does not need it, the others get the rest with a coded error, and it comes back by itself', async () => {
  const patient = await graph.as('patient', told.patientId);
  const unrelated = `{ me { patient { name { text } appointments { edges { node { id status practitioner { displayName } } } } } } }`;
  const related = `{ me { patient { name { text } invoices { edges { node { id status } } } } } }`;

  const billing = graph.system.processes.get('billing');
  const before = billing?.pid;
  const failures: unknown[] = [];
  let asked = 0;
  let stopAsking = false;
  const load = Promise.all(
    Array.from({ length: 8 }, async () => {
      while (!stopAsking) {
        asked++;
        await patient.rawRequest<{ me: unknown }>(unrelated).then(
          ({ data, errors }) => {
            if (errors || !data.me) failures.push(errors);
          },
          (error: unknown) => failures.push(error),
        );
      }
    }),
  );
  await eventually(
    () => asked,
    (n) => n > 40,
  );

  if (before) process.kill(before, 'SIGKILL');
  const partial = await eventually(
    () => patient.rawRequest<{ me: { patient: { name: unknown; invoices: unknown } } }>(related),
    ({ errors }) => errors !== undefined,
  );
  expect(partial.data.me.patient).toMatchObject({ name: { text: expect.any(String) as string }, invoices: null });
  expect(partial.errors).toEqual([
    expect.objectContaining({
      path: ['me', 'patient', 'invoices'],
      extensions: expect.objectContaining({ code: 'SUBGRAPH_UNAVAILABLE', service: 'billing' }) as unknown,
    }),
  ]);

  const whole = await eventually(
    () => patient.rawRequest<{ me: { patient: { invoices: { edges: unknown[] } | null } } }>(related),
    ({ errors }) => errors === undefined,
    20_000,
  );
  expect(whole.data.me.patient.invoices?.edges).toHaveLength(1);
  expect(billing?.pid).not.toBe(before);
  stopAsking = true;
  await load;
  expect(failures).toEqual([]);
});
