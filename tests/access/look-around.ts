import type { GraphQLSchema } from 'graphql';
import { pino } from 'pino';
import type { Caller } from '#chassis/caller.ts';
import { prepareOperation, runOperation } from '#chassis/run-operation.ts';
import type { OpenGraph } from './graph.ts';
import type { KnownData } from './known-data.ts';
import type { Ledger, Way } from './ledger.ts';
import { batchesForRouter, batchForSubgraph, entitiesOf, type Batch } from './looks.ts';
import { isWhole, oneOfEachRole, type Person } from './people.ts';
import type { AccessTable } from './table.ts';

// Asks everything, as one person.

interface Answer {
  data?: Record<string, unknown> | null;
  errors?: readonly { message: string; extensions?: { code?: unknown } }[];
}

/** Codes of errors that came with the answers; a defect would be among them. */
export type Codes = Map<string, number>;

function note(codes: Codes, answer: Answer): Answer {
  for (const { message, extensions } of answer.errors ?? []) {
    const what = `${String(extensions?.code)}: ${message}`;
    codes.set(what, (codes.get(what) ?? 0) + 1);
  }
  return answer;
}

function takeIn(ledger: Ledger, person: Person, way: Way, where: string, { looks, form }: Batch, { data }: Answer): void {
  for (const { root } of looks) ledger.root({ person, way, question: `${where} ${root.key}` }, form, root, data);
}

const mostSelections = 1_200;

export function lookThroughRouter(
  graph: OpenGraph,
  schema: GraphQLSchema,
  table: AccessTable,
  known: KnownData,
  ledger: Ledger,
  codes: Codes,
) {
  const batches = batchesForRouter(schema, table, known, mostSelections);
  return async (person: Person, caller: Caller | null): Promise<void> => {
    const headers = { 'content-type': 'application/json', ...(caller && { authorization: `Bearer ${graph.tokenOf(caller)}` }) };
    for (const [number, batch] of batches.entries()) {
      const { document: query, variables, nested, form } = batch;
      // How a question is written is the router's matter, and the same for all who have the same rights there.
      if (form !== 'plain' && !isWhole && !oneOfEachRole.has(person)) continue;
      const response = await fetch(graph.url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
      takeIn(ledger, person, nested ? 'nested' : form, `router ${number}`, batch, note(codes, (await response.json()) as Answer));
    }
  };
}

/** As a router says it of a client. */
const origin = { address: '127.0.0.1', operationHash: 'matrix' };

const quiet = pino({ level: 'silent' });

/** What can be asked of each subgraph without the router: its root fields, and its entities. */
export const directQuestions = ({ subgraphs }: OpenGraph, table: AccessTable, known: KnownData) =>
  [...subgraphs].map(([name, subgraph]) => {
    const { schema } = subgraph;
    const asking = (document: string, variables: Record<string, unknown>) => {
      const operation = prepareOperation(schema, document, undefined);
      return (caller: Caller): Promise<Answer> =>
        runOperation(subgraph, operation, { caller, requestId: 'matrix', origin, variables }, quiet);
    };
    const roots = batchForSubgraph(schema, table, known);
    const entities = entitiesOf(schema, table, known);
    return {
      name,
      roots,
      askRoots: asking(roots.document, roots.variables),
      entities,
      askEntities: asking(entities.document, entities.variables),
      /** Entities of one type alone; null where the subgraph has none. */
      askingFor: (type: string) => {
        const { looks, document, variables } = entitiesOf(schema, table, known, type);
        return looks.length > 0 ? asking(document, variables) : null;
      },
    };
  });

export function lookDirectly(graph: OpenGraph, table: AccessTable, known: KnownData, ledger: Ledger, codes: Codes) {
  const places = directQuestions(graph, table, known);
  return async (person: Person, caller: Caller): Promise<void> => {
    for (const { name, roots, askRoots, entities, askEntities } of places) {
      takeIn(ledger, person, 'direct', name, roots, note(codes, await askRoots(caller)));
      const { data } = note(codes, await askEntities(caller));
      for (const { key, asked, ids } of entities.looks) {
        const things = (data?.[key] ?? []) as (Record<string, unknown> | null)[];
        for (const [index, id] of ids.entries())
          ledger.thing({ person, way: 'entity', question: `${name} ${key} ${id}` }, id, asked, things[index]);
      }
    }
  };
}
