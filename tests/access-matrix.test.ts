import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Caller } from '#chassis/caller.ts';
import { isWrapper, objectTypes } from './access/asked.ts';
import { digestOf } from './access/digest.ts';
import { openGraph, type OpenGraph } from './access/graph.ts';
import { fillGraph, type KnownData } from './access/known-data.ts';
import { openLedger, type Verdict } from './access/ledger.ts';
import { lookDirectly, lookThroughRouter, type Codes } from './access/look-around.ts';
import { callersOf, isWhole, oneOfEachRole, type Person } from './access/people.ts';
import { readAccessTable } from './access/table.ts';
import { stepTaker, unexpected, type Attempt } from './access/try-steps.ts';
import { rulesWithoutEffect } from './access/without-rules.ts';
import { watchDirectly, watchThroughRouter } from './access/watch.ts';

// docs/access-matrix.md says who sees and does what. Here the whole graph is asked, with one hospital of known data: every field of every
// type, as every kind of person, on every way.

const schema = buildSchema(readFileSync(new URL('../schema/api.graphql', import.meta.url), 'utf8'));
const table = readAccessTable();

/** Who has which relation to the patient only services decide: the router knows roles and scopes. */
const goesThroughRouter = (person: Person): boolean => person !== 'system' && (isWhole || oneOfEachRole.has(person));

describe('the page', () => {
  const fields = objectTypes(schema).flatMap((type) =>
    isWrapper(type.name) && !['Query', 'Mutation', 'Subscription'].includes(type.name)
      ? []
      : Object.keys(type.getFields()).map((field) => `${type.name}.${field}`),
  );

  test('has every field of the schema in one row, and no other', () => {
    expect([...table.named].sort()).toEqual(fields.sort());
  });

  test('has no row without fields', () => {
    expect(table.rows.filter((row) => !table.used.has(row)).map(({ name }) => name)).toEqual([]);
  });
});

describe('the graph', () => {
  let graph: OpenGraph;
  let known: KnownData;
  let everybody: [Person, Caller | null][];
  beforeAll(async () => {
    graph = await openGraph();
    known = await fillGraph(graph);
    everybody = [['no token', null], ...(Object.entries(callersOf(known.ids)) as [Person, Caller][])];
  }, 300_000);
  afterAll(() => graph[Symbol.asyncDispose]());

  describe('asked for everything, by everybody, on every way', () => {
    let verdict: Verdict;
    const codes: Codes = new Map();
    beforeAll(async () => {
      const ledger = openLedger(table, known);
      const ways = {
        router: [lookThroughRouter(graph, schema, table, known, ledger, codes), watchThroughRouter(graph, schema, known, ledger)],
        direct: [lookDirectly(graph, table, known, ledger, codes), watchDirectly(graph, known, ledger)],
      };
      for (const [person, caller] of everybody) {
        // No client is ever the system, and no subgraph answers somebody without a token.
        if (goesThroughRouter(person)) for (const look of ways.router) await look(person, caller);
        if (caller) for (const look of ways.direct) await look(person, caller);
      }
      verdict = ledger.verdict();
      const { cells, leaks, holes } = verdict;
      console.log(`access matrix: ${cells} cells, ${leaks.length} leaks, ${holes.length} holes`);
    }, 300_000);

    test('shows nothing that the page does not grant', () => expect(verdict.leaks).toEqual([]));
    test('shows all that the page grants', () => expect(verdict.holes).toEqual([]));
    test('shows everybody the same value', () => expect(verdict.contradictions).toEqual([]));
    test('shows the same through the router and at the subgraph', () => expect(verdict.disagreements).toEqual([]));
    test('refuses without a defect', () => expect([...codes].filter(([what]) => !/^(UNAUTH|FORBIDDEN|NOT_FOUND)/.test(what))).toEqual([]));

    test('has a value for every field, so that hiding it means something', () => {
      const empty = table.named.filter(
        (field) => !field.startsWith('Mutation.') && !field.startsWith('Query.') && !verdict.seen.has(field),
      );
      expect(empty).toEqual([]);
    });
  });

  test('lets everybody do what the page grants, and nothing changes where it refuses', async () => {
    const take = stepTaker(graph, schema, known, table);
    const attempts: Attempt[] = [];
    const before = await digestOf(graph);
    for (const [person, caller] of everybody) attempts.push(...(await take(person, caller, caller ? 'direct' : 'router', false)));
    expect(await digestOf(graph)).toEqual(before);
    // What a subgraph refuses it refuses the router too: the router is asked for what is granted.
    for (const [person, caller] of everybody) {
      attempts.push(...(await take(person, caller, 'direct', true)));
      if (goesThroughRouter(person)) attempts.push(...(await take(person, caller, 'router', true)));
    }
    console.log(`access matrix: ${attempts.length} attempts to change something`);
    expect(unexpected(attempts, table)).toEqual([]);
  }, 300_000);

  // A rule that is missing fails the tests above; that none is superfluous is asked by `npm run check:access`.
  test.runIf(isWhole)(
    'has no rule that can be left out without anybody missing it',
    async () => {
      const take = stepTaker(graph, schema, known, table);
      const { rules, withoutEffect } = await rulesWithoutEffect(graph, table, known, everybody, take);
      console.log(`access matrix: ${rules} rules were left out one by one`);
      expect(withoutEffect).toEqual([]);
    },
    300_000,
  );
});
