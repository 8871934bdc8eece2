import { buildSubgraphSchema } from '@apollo/subgraph';
import fc from 'fast-check';
import { buildSchema, execute, graphql, parse } from 'graphql';
import { pino } from 'pino';
import { beforeAll, describe, expect, test } from 'vitest';
import { composeSchema } from '../compose.ts';
import { planHere } from '../plan/plan-source.ts';
import { createPlanner, type Planner } from '../plan/planner.ts';
import type { RouterContext } from '../request-context.ts';
import { RequestLife } from '../request-life.ts';
import { newRecord } from '../request-log.ts';
import type { SubgraphClient } from '../subgraph/client.ts';
import { createExecutor } from './executor.ts';
import type { Patience } from './run-plan.ts';

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires"])';

const patient = (id: string) => ({ __typename: 'Patient', id });
const visit = (id: string) => ({ __typename: 'Visit', id, reason: `reason ${id}`, patient: patient(id === 'v3' ? 'p2' : 'p1') });

/** The same few entities stand at many places, and every service is asked at several stages. */
const services = {
  people: {
    types: `type Query { patients: [Patient!] }
            type Patient @key(fields: "id") { id: ID!  name: String!  sponsor: Patient }`,
    resolvers: {
      Query: { patients: () => [patient('p1'), patient('p2')] },
      Patient: { name: ({ id }: { id: string }) => `name ${id}`, sponsor: ({ id }: { id: string }) => patient(id === 'p1' ? 'p2' : 'p1') },
    },
  },
  visits: {
    types: `type Query { visits: [Visit!] }
            type Visit @key(fields: "id") { id: ID!  reason: String!  patient: Patient }
            type Patient @key(fields: "id") { id: ID!  visits: [Visit!] }`,
    resolvers: {
      Query: { visits: () => [visit('v1'), visit('v2'), visit('v3')] },
      Visit: { __resolveReference: ({ id }: { id: string }) => visit(id) },
      Patient: { visits: ({ id }: { id: string }) => (id === 'p1' ? [visit('v1'), visit('v2')] : [visit('v3')]) },
    },
  },
  billing: {
    types: `type Patient @key(fields: "id") { id: ID!  plan: String! }
            type Visit @key(fields: "id") { id: ID!  reason: String! @external  price: String! @requires(fields: "reason") }`,
    resolvers: {
      Patient: { plan: ({ id }: { id: string }) => `plan ${id}` },
      Visit: { price: ({ reason }: { reason: string }) => `price of ${reason}` },
    },
  },
};

const query = `{
  patients { name plan sponsor { name plan visits { price patient { name } } } visits { reason price patient { name plan sponsor { name visits { price } } } } }
  visits { price patient { name plan sponsor { plan visits { reason patient { name } } } } }
}`;

describe('whatever the order in which answers come', () => {
  const schemas = new Map(
    Object.entries(services).map(([name, { types, resolvers }]) => [
      name,
      buildSubgraphSchema({ typeDefs: parse(`${link}\n${types}`), resolvers }),
    ]),
  );
  let planner: Planner;
  let expected: unknown;

  beforeAll(async () => {
    const { supergraph, api } = await composeSchema(
      Object.entries(services).map(([name, { types }]) => ({
        name,
        url: 'http://none.invalid',
        files: [{ name, text: `${link}\n${types}` }],
      })),
    );
    planner = createPlanner({ supergraphSdl: supergraph, plans: planHere({ supergraphSdl: supergraph, pathsLimit: 20 }) });
    expected = await withoutFederation(api);
  });

  test('and in which fetches wait for each other or not, the answer is the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const client = (service: string): SubgraphClient => {
          const schema = schemas.get(service);
          if (!schema) throw new Error(`no service ${service}`);
          return Object.assign(
            async (ask: Parameters<SubgraphClient>[0]) => {
              const { query: source, variables: variableValues } = JSON.parse(ask.body()) as { query: string; variables: object };
              const answer = await graphql({ schema, source, variableValues: { ...variableValues } });
              const copy = JSON.parse(JSON.stringify(answer)) as { data: Record<string, unknown> };
              return scheduler.schedule(Promise.resolve(copy), service);
            },
            {
              subscribe: () => {
                throw new Error('nobody subscribes here');
              },
            },
          );
        };
        const patience: Patience = (_, lose) => {
          let waiting = true;
          void scheduler.schedule(Promise.resolve(), 'patience').then(() => waiting && lose());
          return () => {
            waiting = false;
          };
        };
        const executor = createExecutor({ planner, patience, clientOf: client });
        const answer = executor.execute({ document: parse(query), documentKey: 'query' }, newContext());
        const { data, errors } = await scheduler.waitFor(answer);
        expect({ errors, data: data?.value }).toEqual({ errors: undefined, data: expected });
      }),
      { numRuns: 150 },
    );
  });
});

/** What a single server with all the data would answer. */
async function withoutFederation(api: string): Promise<unknown> {
  const type = (object: { __typename?: string }) => object.__typename ?? '';
  const resolverOf = (typeName: string, field: string) =>
    Object.values(services)
      .map(
        ({ resolvers }) =>
          (resolvers as Record<string, Record<string, ((object: unknown) => unknown) | undefined> | undefined>)[typeName]?.[field],
      )
      .find((resolver) => resolver !== undefined);
  const result = await execute({
    schema: buildSchema(api),
    document: parse(query),
    typeResolver: (object: { __typename?: string }) => type(object),
    fieldResolver: (object: Record<string, unknown>, _args, _context, { parentType, fieldName }) =>
      resolverOf(parentType.name, fieldName)?.(object) ?? object[fieldName],
  });
  return JSON.parse(JSON.stringify(result.data));
}

const newContext = (): RouterContext => ({
  caller: null,
  requestId: 'test',
  log: pino({ level: 'silent' }),
  life: new RequestLife({ startedAt: performance.now(), deadlineMs: 60_000 }),
  record: newRecord(),
  origin: {},
});
