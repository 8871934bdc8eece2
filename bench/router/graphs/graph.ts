import { buildSubgraphSchema } from '@apollo/subgraph';
import { buildSchema, graphql, GraphQLObjectType, parse } from 'graphql';
import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { composeSchema } from '../../../router/compose.ts';

export type Resolvers = Readonly<Record<string, Readonly<Record<string, Resolver>>>>;
// What a bench graph resolves is plain data that it made itself; each resolver names the part that it reads.
type Resolver = (parent: never, args: never) => unknown;

export interface BenchSubgraph {
  readonly name: string;
  /** SDL without the federation link. */
  readonly types: string;
  readonly resolvers: Resolvers;
}

/** A graph to measure with: its subgraphs, from data in memory. */
export type BenchGraph = readonly BenchSubgraph[];

const federationLink = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable", "@external", "@requires"])`;

const sdlOf = ({ types }: BenchSubgraph): string => `${federationLink}\n${types}`;

export const executableSubgraph = (subgraph: BenchSubgraph): GraphQLSchema =>
  buildSubgraphSchema({ typeDefs: parse(sdlOf(subgraph)), resolvers: subgraph.resolvers as never });

/** @param urlOf where routers reach each subgraph */
export const composeGraph = (graph: BenchGraph, urlOf: (name: string) => string): ReturnType<typeof composeSchema> =>
  composeSchema(
    graph.map((subgraph) => ({
      name: subgraph.name,
      url: urlOf(subgraph.name),
      files: [{ name: subgraph.name, text: sdlOf(subgraph) }],
    })),
  );

/** The same graph without federation: graphql-js on the API schema. What it answers is the reference for every router. */
export async function referenceSchema(graph: BenchGraph): Promise<GraphQLSchema> {
  const { api } = await composeGraph(graph, (name) => `http://${name}.invalid/graphql`);
  const schema = buildSchema(api);
  for (const { resolvers } of graph) {
    for (const [typeName, fields] of Object.entries(resolvers)) {
      const type = schema.getType(typeName);
      if (!(type instanceof GraphQLObjectType)) throw new Error(`no object type ${typeName}`);
      for (const [fieldName, resolve] of Object.entries(fields)) {
        const field = type.getFields()[fieldName];
        if (field) field.resolve = resolve as unknown as GraphQLFieldResolver<unknown, unknown>;
      }
    }
  }
  return schema;
}

export interface GraphqlBody {
  readonly query: string;
  readonly operationName?: string;
  readonly variables?: Record<string, unknown>;
}

/** The answer's bytes. @throws when it has an error: the bench has no query that may fail */
export async function answerBytes(schema: GraphQLSchema, { query, operationName, variables }: GraphqlBody): Promise<string> {
  const result = await graphql({
    schema,
    source: query,
    ...(operationName !== undefined && { operationName }),
    ...(variables && { variableValues: variables }),
  });
  if (result.errors) throw new Error(`${result.errors.map(({ message }) => message).join('; ')} in ${query}`);
  return JSON.stringify(result);
}
