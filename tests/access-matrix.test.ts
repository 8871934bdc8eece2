import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { test, beforeAll, afterAll } from 'vitest';
import { openGraph, type OpenGraph } from './access/graph.ts';
import { fillGraph, type KnownData } from './access/known-data.ts';
import { openLedger } from './access/ledger.ts';
import { lookDirectly, lookThroughRouter, type Codes } from './access/look-around.ts';
import { callersOf, type Person } from './access/people.ts';
import { readAccessTable } from './access/table.ts';

let graph: OpenGraph;
let known: KnownData;
beforeAll(async () => {
  console.time('open'); graph = await openGraph(); console.timeEnd('open');
  console.time('fill');
  known = await fillGraph(graph);
  console.timeEnd('fill');
}, 300_000);
afterAll(() => graph[Symbol.asyncDispose]());
test('x', async () => {
  const table = readAccessTable();
  const ledger = openLedger(table, known);
  const codes: Codes = new Map();
  const schema = buildSchema(readFileSync(new URL('../schema/api.graphql', import.meta.url), 'utf8'));
  const cpu = () => Math.round(process.cpuUsage().user / 1000);
  const through = lookThroughRouter(graph, schema, table, known, ledger, codes);
  const directly = lookDirectly(graph, table, known, ledger, codes);
  for (const [person, caller] of Object.entries(callersOf(known.ids))) {
    const a = cpu();
    await directly(person as Person, caller);
    const b = cpu();
    if (person !== 'system') await through(person as Person, caller);
    console.log(person, 'direct', b - a, 'router', cpu() - b);
  }
  await through('no token', null);
  const v = ledger.verdict();
  console.log(v.cells, v.leaks.length, v.holes.length, v.contradictions.length, v.disagreements.length, codes);
  const { writeFileSync } = await import('node:fs');
  writeFileSync('/tmp/mat/verdict.json', JSON.stringify({ ...v, seen: [...v.seen], codes: [...codes] }, null, 1));
}, 400_000);
