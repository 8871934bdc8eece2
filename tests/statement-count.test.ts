import { afterAll, beforeAll, expect, test } from 'vitest';
import { seedSystem } from '../seed/seed-system.ts';
import { demoIds } from '../router/personas.ts';
import type { PersonaName } from '../router/personas.ts';
import { startCountedGraph, type CountedGraph } from './counted-graph.ts';

// What makes a graph slow: statements that grow with rows. The five heaviest queries, each for a few rows and for many.

let graph: CountedGraph;
beforeAll(async () => {
  graph = await startCountedGraph();
  await seedSystem(graph.databaseUrls, { patients: 300, today: new Date(), progress: () => undefined, env: {} });
});
afterAll(async () => {
  await graph[Symbol.asyncDispose]();
});

const appointmentFields = `id status startsAt healthcareService { name } practitioner { displayName specialty } patient { name { text } }
  visit { id status statusHistory { status } note { id status } charges { status amount { amountMinor } } prescriptions(first: 3) { edges { node { id medication { name } } } } }`;

const heaviest: { name: string; persona: PersonaName; query: string; rows: (data: never) => number }[] = [
  {
    name: 'a page of patients with everything of each',
    persona: 'practitioner',
    query: `query ($n: Int!) { patients(first: $n) { edges { node { id name { text } allergies(first: 5) { edges { node { substanceText } } }
      appointments(first: 3) { edges { node { id status practitioner { displayName } } } } visits(first: 3) { edges { node { id status } } }
      prescriptions(first: 3) { edges { node { id status medication { name } } } } } } } }`,
    rows: (data: { patients: { edges: unknown[] } }) => data.patients.edges.length,
  },
  {
    name: "a practitioner's appointments down to the prescriptions of each visit",
    persona: 'practitioner',
    query: `query ($n: Int!) { practitioner(id: "${demoIds.practitioner}") { appointments(first: $n) { edges { node { ${appointmentFields} } } } } }`,
    rows: (data: { practitioner: { appointments: { edges: unknown[] } } }) => data.practitioner.appointments.edges.length,
  },
  {
    name: "a practitioner's visits with patient, notes and prescriptions",
    persona: 'practitioner',
    query: `query ($n: Int!) { practitioner(id: "${demoIds.practitioner}") { visits(first: $n) { edges { node { id status participants { role } patient { name { text } allergies(first: 3) { edges { node { substanceText } } } }
      appointment { startsAt healthcareService { name } } note { id status } prescriptions(first: 3) { edges { node { id detectedIssues { code } } } } } } } } }`,
    rows: (data: { practitioner: { visits: { edges: unknown[] } } }) => data.practitioner.visits.edges.length,
  },
  {
    name: 'a page of invoices with lines, payments and patients',
    persona: 'biller',
    query: `query ($n: Int!) { invoices(first: $n) { edges { node { id number totals { balance { amountMinor } } lines { amount { amountMinor } chargeItem { code visit { id plannedStartAt } appointment { startsAt } } }
      payments { amount { amountMinor } refunds { amount { amountMinor } } } patient { name { text } account { balance { amountMinor } } } } } } }`,
    rows: (data: { invoices: { edges: unknown[] } }) => data.invoices.edges.length,
  },
  {
    name: 'a page of patients with accounts, coverages and invoices',
    persona: 'biller',
    query: `query ($n: Int!) { patients(first: $n) { edges { node { id name { text } account { balance { amountMinor } transactions(first: 3) { edges { node { id } } } } coverages { id status }
      invoices(first: 3) { edges { node { number lines { code } payments { status } } } } appointments(first: 3) { edges { node { startsAt charges { amount { amountMinor } } } } } } } } }`,
    rows: (data: { patients: { edges: unknown[] } }) => data.patients.edges.length,
  },
];

test.each(heaviest)('$name: as many statements for all rows as for half of them', async ({ persona, query, rows }) => {
  const client = await graph.as(persona);
  const ask = async (n: number) => {
    let found = 0;
    const statements = await graph.statements(async () => {
      found = rows(await client.request(query, { n }));
    });
    return { found, statements };
  };
  const { found: all } = await ask(100);
  expect(all).toBeGreaterThan(20);
  const [some, many] = [await ask(Math.ceil(all / 2)), await ask(100)];
  expect(many.found).toBeGreaterThan(some.found);
  expect(many.statements).toEqual(some.statements);
  // Not one per row, in no service.
  for (const [service, count] of Object.entries(many.statements)) expect(count, service).toBeLessThan(15);
});
