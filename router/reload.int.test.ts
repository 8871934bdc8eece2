import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { composeSchema } from './compose.ts';
import { anyDocument } from './limits/documents.ts';
import { httpTransport } from './subgraph/http-transport.ts';
import { createRouter, type Router } from './server.ts';
import { smallSubgraph, type SmallSubgraph } from './testing/small-subgraph.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { watchSupergraph } from './watch-supergraph.ts';

const log = pino({ level: 'silent' });
const people = () =>
  smallSubgraph('type Query { person: Person }  type Person @key(fields: "id") { id: ID!  name: String!  motto: String }', {
    Query: { person: () => ({ id: 'p1', name: 'Ann', motto: 'Onwards' }) },
  });

/** The supergraph of `people`, with other types than it really has where the test wants that. */
async function supergraphOf({ sdl, url }: SmallSubgraph, change: (types: string) => string = (types) => types): Promise<string> {
  return (await composeSchema([{ name: 'people', url, files: [{ name: 'people', text: change(sdl) }] }])).supergraph;
}

const withoutMotto = (types: string): string => types.replace('motto: String', '');

async function routerFor(subgraph: SmallSubgraph, registered: Readonly<Record<string, string>> = {}): Promise<Router & AsyncDisposable> {
  const router = await createRouter({
    supergraphSdl: await supergraphOf(subgraph, withoutMotto),
    transports: new Map([['people', httpTransport({ url: `${subgraph.url}/graphql` })]]),
    identity: 'none',
    log,
    port: 0,
    http: { graceMs: 0 },
    planning: 'in this thread',
    documents: {
      ...anyDocument,
      manifests: { of: () => undefined, all: Object.entries(registered).map(([name, text]) => ({ name, text })) },
    },
  });
  return { ...router, [Symbol.asyncDispose]: () => router.close() };
}

async function ask({ url }: Router, query: string): Promise<{ data?: unknown; errors?: unknown }> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as { data?: unknown; errors?: unknown };
}

describe('a changed supergraph', () => {
  test('is served under load without a failed request, with the plans of the old one', async () => {
    await using subgraph = await people();
    await using router = await routerFor(subgraph);
    expect((await ask(router, '{ person { motto } }')).errors).toBeDefined();
    const versions = [await supergraphOf(subgraph), await supergraphOf(subgraph, withoutMotto)];
    await ask(router, '{ person { id name } }');
    let reloading = true;
    const answers: unknown[] = [];
    const callers = Array.from({ length: 8 }, async () => {
      while (reloading) answers.push(await ask(router, '{ person { id name } }'));
    });
    for (let round = 0; round < 6; round++) {
      const outcome = await router.reload(versions[round % 2] ?? '');
      expect(outcome).toEqual({ outcome: 'reloaded', warm: 1 });
    }
    expect(await router.reload(versions[0] ?? '')).toEqual({ outcome: 'reloaded', warm: 1 });
    reloading = false;
    await Promise.all(callers);
    expect(answers.length).toBeGreaterThan(8);
    expect([...new Set(answers.map((answer) => JSON.stringify(answer)))]).toEqual(['{"data":{"person":{"id":"p1","name":"Ann"}}}']);
    expect(await ask(router, '{ person { motto } }')).toEqual({ data: { person: { motto: 'Onwards' } } });
  });

  test('does not touch a request that began before it', async () => {
    await using subgraph = await people();
    await using router = await routerFor(subgraph);
    let release = (): void => undefined;
    const arrived = new Promise<void>((resolve) => {
      subgraph.behave(async (_, response) => {
        resolve();
        await new Promise<void>((go) => {
          release = go;
        });
        response.setHeader('content-type', 'application/json');
        response.end('{"data":{"person":{"name":"Ann"}}}');
      });
    });
    const answer = ask(router, '{ person { name } }');
    await arrived;
    const renamed = await supergraphOf(subgraph, (types) => types.replace('name: String!', 'label: String!'));
    expect(await router.reload(renamed)).toMatchObject({ outcome: 'reloaded' });
    release();
    expect(await answer).toEqual({ data: { person: { name: 'Ann' } } });
  });

  test.each([
    ['is no GraphQL', async () => 'type Query {', 'Syntax Error'],
    ['is no supergraph', async () => 'type Query { a: Int }', 'not a supergraph'],
    [
      'has a subgraph that the router cannot reach',
      async (subgraph: SmallSubgraph) => (await supergraphOf(subgraph)).replaceAll('name: "people"', 'name: "strangers"'),
      'strangers',
    ],
    [
      'lacks what a registered operation needs',
      (subgraph: SmallSubgraph) => supergraphOf(subgraph, (types) => types.replace('name: String!', 'label: String!')),
      'The registered operation chart needs it: Cannot query field "name" on type "Person".',
    ],
  ])('that %s is refused with the reason, and the old one goes on', async (_, changed, reason) => {
    await using subgraph = await people();
    await using router = await routerFor(subgraph, { chart: '{ person { name } }' });
    const outcome = await router.reload(await changed(subgraph));
    expect(outcome.outcome).toBe('refused');
    expect(outcome.outcome === 'refused' && outcome.reasons.join(' ')).toContain(reason);
    expect(await ask(router, '{ person { name } }')).toEqual({ data: { person: { name: 'Ann' } } });
  });

  test('in its file is noticed', async () => {
    await using folder = await temporaryFolder();
    await using subgraph = await people();
    const file = join(folder.path, 'supergraph.graphql');
    await writeFile(file, 'to be changed');
    const next = await supergraphOf(subgraph);
    const seen = new Promise<string>((resolve) => {
      const watching = watchSupergraph(
        file,
        {
          async reload(sdl) {
            watching.close();
            resolve(sdl);
            return { outcome: 'unchanged' };
          },
        },
        log,
      );
    });
    await writeFile(file, next);
    expect(await seen).toBe(next);
  });
});
