import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, getNamedType, isEnumType, isListType, isNonNullType, isObjectType, isScalarType, parse } from 'graphql';
import type { GraphQLOutputType } from 'graphql';
import { pino } from 'pino';
import type { Caller } from '#chassis/caller.ts';
import { subgraphSdl } from '#chassis/subgraph-sdl.ts';
import { subgraphNames } from '#schema/events.ts';
import { unauthenticated } from '../client-errors.ts';
import { anyDocument } from '../limits/documents.ts';
import { supergraphFile } from '../schema-files.ts';
import { createRouter, type Router, type RouterOptions } from '../server.ts';
import type { SubgraphTransport } from '../subgraph/transport.ts';

/** The router in front of our own schema, with services that make up what they answer: lists of two, the same value for every field of a type. */
export async function madeUpGraph(options: Partial<RouterOptions> = {}): Promise<Router> {
  return createRouter({
    supergraphSdl: readFileSync(supergraphFile, 'utf8'),
    transports: new Map(subgraphNames.map((name) => [name, madeUp(subgraphSdl(name))])),
    identity: {
      async verifyToken(token) {
        if (token !== 'good') throw unauthenticated('The token is not valid here.');
        return { caller, expiresAt: Number.POSITIVE_INFINITY };
      },
    },
    documents: { ...anyDocument, automatic: true },
    log: pino({ level: 'silent' }),
    port: 0,
    host: '127.0.0.1',
    ...options,
  });
}

const caller: Caller = { role: 'FRONT_DESK', subject: 'fuzz', scopes: ['system/*.cruds', 'user/*.cruds', 'patient/*.cruds'] };

function madeUp(sdl: string): SubgraphTransport {
  const schema = buildSubgraphSchema(parse(sdl));
  return {
    answersText: false,
    async send(request) {
      const answer = await execute({
        schema,
        document: parse(request.operation.query),
        variableValues: request.variables(),
        fieldResolver: (parent: Record<string, unknown>, given: Record<string, unknown>, _, { fieldName, returnType }) =>
          fieldName === '_entities' ? given['representations'] : (parent[fieldName] ?? valueOf(returnType)),
        typeResolver: (value: { __typename?: string }, _, __, type) => value.__typename ?? schema.getPossibleTypes(type)[0]?.name,
        rootValue: {},
      });
      return { status: 200, body: JSON.stringify(answer) };
    },
    async *subscribe() {
      yield { status: 200, body: '{"data":null}' };
    },
    ready: async () => true,
    close: async () => undefined,
  };
}

const scalars: Readonly<Record<string, unknown>> = {
  Int: 1,
  Float: 1.5,
  Boolean: true,
  DateTime: '2026-01-01T00:00:00.000Z',
  Date: '2026-01-01',
  LocalTime: '09:00',
  TimeZone: 'UTC',
};

function valueOf(type: GraphQLOutputType): unknown {
  if (isNonNullType(type)) return valueOf(type.ofType);
  if (isListType(type)) return [valueOf(type.ofType), valueOf(type.ofType)];
  const named = getNamedType(type);
  if (isEnumType(named)) return named.getValues()[0]?.value;
  if (isScalarType(named)) return scalars[named.name] ?? 'made up';
  return { __typename: isObjectType(named) ? named.name : undefined };
}
