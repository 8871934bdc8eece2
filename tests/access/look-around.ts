import type { GraphQLSchema } from 'graphql';
import { pino } from 'pino';
import type { Caller } from '#chassis/caller.ts';
import { prepareOperation, runOperation, type PreparedOperation } from '#chassis/run-operation.ts';
import { forms, write, type Asked } from './asked.ts';
import type { OpenGraph } from './graph.ts';
import type { KnownData } from './known-data.ts';
import type { Ledger } from './ledger.ts';
import { batchesOf, batch as batchOf, entityLooks, type Batch } from './looks.ts';
import type { Person } from './people.ts';
import type { AccessTable } from './table.ts';

// Asks everything, as one person.

interface Answer {
  data?: Record<string, unknown> | null;
  errors?: readonly { message: string; extensions?: { code?: unknown } }[];
}

/** Codes of errors that came with the answers; a defect would be among them. */
export type Codes = Map<string, number>;

type Send = (batch: Batch, variables: Record<string, string>) => Promise<Answer>;

/** A batch for one thing of each type that it asks for by id. */
interface Round {
  readonly number: number;
  readonly batch: Batch;
  readonly variables: Record<string, string>;
}

/** Batches for every thing that there is; other forms, and what is reached over others, for the ordinary ones only. */
function roundsOf(batches: readonly Batch[], { things }: KnownData): Round[] {
  const ids = (of: string | null): string[] => (of ? Object.values(things[of] ?? {}) : ['']);
  return batches.flatMap((whole) => {
    const rounds = whole.nested || whole.form !== 'plain' ? 1 : Math.max(...whole.looks.map(({ of }) => ids(of).length));
    return Array.from({ length: rounds }, (_, number) => {
      const looks = whole.looks.filter(({ of }) => ids(of).length > number);
      const variables = Object.fromEntries(looks.flatMap(({ of }) => (of ? [[of, ids(of)[number] ?? '']] : [])));
      return { number, batch: number === 0 ? whole : batchOf(looks, whole.form, whole.nested), variables };
    });
  });
}

async function takeIn({ number, batch, variables }: Round, where: string, ledger: Ledger, person: Person, send: Send): Promise<void> {
  const { data } = await send(batch, variables);
  const way = where !== 'router' ? 'direct' : batch.nested ? 'nested' : batch.form;
  for (const { root } of batch.looks) {
    const question = `${where} ${batch.form} ${root.key} ${number} ${root.children[0]?.field}`;
    ledger.root({ person, way, question }, batch.form, root, data);
  }
}

export function lookThroughRouter(
  graph: OpenGraph,
  schema: GraphQLSchema,
  table: AccessTable,
  known: KnownData,
  ledger: Ledger,
  codes: Codes,
) {
  const rounds = roundsOf(batchesOf(schema, table, known.rootArguments, forms), known);
  return async (person: Person, caller: Caller | null): Promise<void> => {
    const headers = { 'content-type': 'application/json', ...(caller && { authorization: `Bearer ${graph.tokenOf(caller)}` }) };
    const send: Send = async ({ document }, variables) => {
      const response = await fetch(graph.url, { method: 'POST', headers, body: JSON.stringify({ query: document, variables }) });
      return note(codes, (await response.json()) as Answer);
    };
    for (const round of rounds) await takeIn(round, 'router', ledger, person, send);
  };
}

const quiet = pino({ level: 'silent' });

/** What can be asked of each subgraph without the router: its root fields, and its entities by type. */
export function directQuestions({ subgraphs }: OpenGraph, table: AccessTable, known: KnownData) {
  return [...subgraphs].map(([name, subgraph]) => {
    const { schema } = subgraph;
    const prepare = (document: string): PreparedOperation => prepareOperation(schema, document, undefined);
    // What is next to a thing is an entity too, and asked for as one.
    const batches = batchesOf(schema, table, known.rootArguments, ['plain']).filter(({ nested }) => !nested);
    const rounds = roundsOf(batches, known).map((round) => ({ ...round, operation: prepare(round.batch.document) }));
    const entities = entityLooks(schema, table).flatMap(({ type, asked }) => {
      const ids = Object.values(known.things[type] ?? {});
      if (ids.length === 0 || asked.length === 0) return [];
      const operation = prepare(`query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} ${selectionOf(asked)} } }`);
      return { type, asked, ids, operation, variables: { of: ids.map((id) => ({ __typename: type, id })) } };
    });
    const run = (caller: Caller, operation: PreparedOperation, variables: Record<string, unknown>): Promise<Answer> =>
      runOperation(subgraph, operation, { caller, requestId: 'matrix', variables }, quiet);
    return { name, rounds, entities, run };
  });
}

export function lookDirectly(graph: OpenGraph, table: AccessTable, known: KnownData, ledger: Ledger, codes: Codes) {
  const places = directQuestions(graph, table, known);
  return async (person: Person, caller: Caller): Promise<void> => {
    for (const { name, rounds, entities, run } of places) {
      for (const { operation, ...round } of rounds)
        await takeIn(round, name, ledger, person, async (_batch, variables) => note(codes, await run(caller, operation, variables)));
      for (const { type, asked, ids, operation, variables } of entities) {
        const { data } = note(codes, await run(caller, operation, variables));
        const things = (data?.['_entities'] ?? []) as (Record<string, unknown> | null)[];
        for (const [index, id] of ids.entries())
          ledger.thing({ person, way: 'entity', question: `${name} entities ${type} ${id} ${asked[0]?.field}` }, id, asked, things[index]);
      }
    }
  };
}

/** `{ __typename id … }` of a thing. */
function selectionOf(asked: readonly Asked[]): string {
  const around: Asked = { key: 'it', parent: '', field: 'it', type: '', kind: 'thing', arguments: '', isList: false, children: asked };
  return write([around], 'plain')
    .replace(/^\{ it /, '')
    .replace(/ \}$/, '');
}

function note(codes: Codes, answer: Answer): Answer {
  for (const { message, extensions } of answer.errors ?? []) {
    const what = `${String(extensions?.code)}: ${message}`;
    codes.set(what, (codes.get(what) ?? 0) + 1);
  }
  return answer;
}
