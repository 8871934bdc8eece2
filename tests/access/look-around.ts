import type { GraphQLSchema } from 'graphql';
import { pino } from 'pino';
import type { Caller } from '#chassis/caller.ts';
import { prepareOperation, runOperation, type PreparedOperation } from '#chassis/run-operation.ts';
import { forms, write, type Asked } from './asked.ts';
import type { OpenGraph } from './graph.ts';
import type { KnownData } from './known-data.ts';
import type { Ledger } from './ledger.ts';
import { batchesOf, entityLooks, type Batch } from './looks.ts';
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

/** Asks a batch for every thing that there is of the types it asks for by id; what is reached over others, for the ordinary one only. */
async function takeIn(batch: Batch, where: string, known: KnownData, ledger: Ledger, person: Person, way: 'direct' | 'router', send: Send) {
  const variants = (of: string): string[] => Object.values(known.things[of] ?? {});
  const rounds = batch.nested || batch.form !== 'plain' ? 1 : Math.max(1, ...batch.looks.map(({ of }) => (of ? variants(of).length : 1)));
  for (let round = 0; round < rounds; round += 1) {
    const looks = batch.looks.filter(({ of }) => round === 0 || (of && variants(of).length > round));
    const variables = Object.fromEntries(batch.looks.flatMap(({ of }) => (of ? [[of, variants(of)[round] ?? variants(of)[0] ?? '']] : [])));
    const { data } = await send(batch, variables);
    for (const { root } of looks) {
      const question = `${where} ${batch.form} ${root.key} ${round} ${root.children[0]?.field}`;
      ledger.root({ person, way: way === 'direct' ? 'direct' : batch.nested ? 'nested' : batch.form, question }, batch.form, root, data);
    }
  }
}

export function lookThroughRouter(graph: OpenGraph, schema: GraphQLSchema, table: AccessTable, known: KnownData, ledger: Ledger, codes: Codes) {
  const batches = batchesOf(schema, table, known.rootArguments, forms);
  return async (person: Person, caller: Caller | null): Promise<void> => {
    const headers = { 'content-type': 'application/json', ...(caller && { authorization: `Bearer ${graph.tokenOf(caller)}` }) };
    const send: Send = async ({ document }, variables) => {
      const response = await fetch(graph.url, { method: 'POST', headers, body: JSON.stringify({ query: document, variables }) });
      return note(codes, (await response.json()) as Answer);
    };
    for (const batch of batches) await takeIn(batch, 'router', known, ledger, person, 'router', send);
  };
}

export function lookDirectly(graph: OpenGraph, table: AccessTable, known: KnownData, ledger: Ledger, codes: Codes) {
  const log = pino({ level: 'silent' });
  const places = [...graph.subgraphs].map(([name, subgraph]) => {
    const { schema } = subgraph;
    const prepare = (document: string): PreparedOperation => prepareOperation(schema, document, undefined);
    // What is next to a thing is an entity too, and asked for as one.
    const batches = batchesOf(schema, table, known.rootArguments, ['plain']).filter(({ nested }) => !nested);
    const entities = entityLooks(schema, table).map((entity) => ({
      ...entity,
      operation: prepare(`query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${entity.type} ${selectionOf(entity.asked)} } }`),
    }));
    return { name, subgraph, batches: new Map(batches.map((batch) => [batch, prepare(batch.document)])), entities };
  });
  return async (person: Person, caller: Caller): Promise<void> => {
    for (const { name, subgraph, batches, entities } of places) {
      const run = async (operation: PreparedOperation | undefined, variables: Record<string, unknown>): Promise<Answer> =>
        note(codes, await runOperation(subgraph, operation as PreparedOperation, { caller, requestId: 'matrix', variables }, log));
      for (const [batch, operation] of batches)
        await takeIn(batch, name, known, ledger, person, 'direct', (_batch, variables) => run(operation, variables));
      for (const { type, asked, operation } of entities) {
        const ids = Object.values(known.things[type] ?? {});
        if (ids.length === 0 || asked.length === 0) continue;
        const { data } = await run(operation, { of: ids.map((id) => ({ __typename: type, id })) });
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
  return write([around], 'plain').replace(/^\{ it /, '').replace(/ \}$/, '');
}

function note(codes: Codes, answer: Answer): Answer {
  for (const { message, extensions } of answer.errors ?? []) {
    const what = `${String(extensions?.code)}: ${message}`;
    codes.set(what, (codes.get(what) ?? 0) + 1);
  }
  return answer;
}
