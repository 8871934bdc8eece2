import { getIntrospectionQuery } from 'graphql';
import { describe, expect, test } from 'vitest';
import { peopleGraph } from './testing/people-graph.ts';
import { testRouter } from './testing/test-router.ts';

const nested = (depth: number): string => (depth === 0 ? 'name' : `friend { ${nested(depth - 1)} }`);

describe('an operation that costs too much', () => {
  test('because it has too many ways to be planned is refused at once', async () => {
    await using graph = await peopleGraph();
    await using router = await testRouter(graph.subgraphs);
    const startedAt = performance.now();
    const { body } = await router.query(`{ person(id: "p1") { ${nested(40)} } }`);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(body.errors?.[0]?.extensions?.['code']).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(body.errors?.[0]?.message).toContain('too many ways');
    expect(graph.people.seen).toEqual([]);
  });

  test('because fragments multiply is refused before planning', async () => {
    await using graph = await peopleGraph();
    await using router = await testRouter(graph.subgraphs);
    const fragments = Array.from(
      { length: 12 },
      (_, i) => `fragment F${i} on Person { a: friend { ...F${i + 1} } b: friend { ...F${i + 1} } }`,
    );
    const { body } = await router.query(`{ person(id: "p1") { ...F0 } } ${fragments.join('\n')} fragment F12 on Person { name }`);
    expect(body.errors?.[0]?.extensions?.['code']).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  test('because it has too many tokens is not even parsed to the end', async () => {
    await using graph = await peopleGraph();
    await using router = await testRouter(graph.subgraphs);
    const { body } = await router.query(`{ ${Array.from({ length: 1_000 }, (_, i) => `a${i}: __typename`).join(' ')} }`);
    expect(body.errors?.[0]?.extensions?.['code']).toBe('GRAPHQL_PARSE_FAILED');
  });
});

test('the introspection query of tools is within the limits', async () => {
  await using graph = await peopleGraph();
  await using router = await testRouter(graph.subgraphs);
  const query = getIntrospectionQuery({
    descriptions: true,
    inputValueDeprecation: true,
    schemaDescription: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
  });
  const { status, body } = await router.query(query, {}, {});
  expect(status).toBe(200);
  expect(body.errors).toBeUndefined();
});

test('production answers no introspection', async () => {
  await using graph = await peopleGraph();
  await using router = await testRouter(graph.subgraphs, { production: true });
  const { body } = await router.query('{ __schema { queryType { name } } }');
  expect(body.errors?.[0]?.extensions?.['code']).toBe('GRAPHQL_VALIDATION_FAILED');
});
