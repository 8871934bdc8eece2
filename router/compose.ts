import { composeServices } from '@apollo/composition';
import { buildSchema, GraphQLError, Kind, Source, lexicographicSortSchema, parse, printSchema } from 'graphql';
import type { ASTNode, DefinitionNode, DocumentNode } from 'graphql';
import { z } from 'zod';
import { eventDefinitions } from '#schema/events.ts';
import { readSupergraph } from './authorization/security-features.ts';
import { conflictingRequires } from './plan/required-arguments.ts';

/** One SDL file: `name` is what error messages call it. */
export interface SdlFile {
  readonly name: string;
  readonly text: string;
}

export interface SubgraphSdl {
  readonly name: string;
  /** Routing URL written into the supergraph; at run time config.ts decides. */
  readonly url: string;
  /** Its own file, after the ones that every subgraph shares. */
  readonly files: readonly SdlFile[];
}

export interface ComposedSchema {
  readonly supergraph: string;
  /** What clients see: federation machinery removed, sorted, so that a diff shows only real changes. */
  readonly api: string;
}

/** Composition is impossible. `complaints` has one line per error: file and line, type and field, what is wrong. */
export class CompositionFailure extends Error {
  readonly complaints: readonly string[];

  constructor(complaints: readonly string[]) {
    super(`The subgraph schemas do not compose:\n${complaints.map((line) => `  ${line}`).join('\n')}`);
    this.name = 'CompositionFailure';
    this.complaints = complaints;
  }
}

/** @throws {CompositionFailure} when a file is not GraphQL or the subgraphs contradict each other. */
export async function composeSchema(subgraphs: readonly SubgraphSdl[]): Promise<ComposedSchema> {
  const services = subgraphs.map(({ name, url, files }) => ({ name, url, typeDefs: joined(files) }));
  const result = composeServices(services);
  if (result.errors)
    throw new CompositionFailure(
      result.errors.map((error) =>
        complaint(
          error,
          services.map((service) => service.typeDefs),
        ),
      ),
    );
  const supergraph = `${result.supergraphSdl.trimEnd()}\n`;
  const conflicts = conflictingRequires(buildSchema(supergraph, { assumeValid: true }));
  if (conflicts.length > 0) throw new CompositionFailure(conflicts);
  return { supergraph, api: apiSchema(supergraph) };
}

/** The JSON Schema catalogue of all events, for services that are not written in TypeScript. */
export function eventCatalogue(): string {
  const events = Object.fromEntries(
    Object.entries(eventDefinitions).map(([type, { source, aggregate, consumers, data }]) => [
      type,
      { source, aggregate, consumers, data: z.toJSONSchema(data, { io: 'input' }) },
    ]),
  );
  return `${JSON.stringify({ specversion: '1.0', events }, null, 2)}\n`;
}

function apiSchema(supergraphSdl: string): string {
  const schema = readSupergraph(supergraphSdl).apiSchema().toGraphQLJSSchema();
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}

// Parsed one by one and joined as trees, so that every node still knows the file and line it came from.
function joined(files: readonly SdlFile[]): DocumentNode {
  const definitions = files.flatMap(({ name, text }) => {
    try {
      return parse(new Source(text, name)).definitions;
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      throw new CompositionFailure([`${name}:${error.locations?.[0]?.line ?? 1}: ${error.message}`]);
    }
  });
  return { kind: Kind.DOCUMENT, definitions };
}

function complaint(error: GraphQLError, documents: readonly DocumentNode[]): string {
  const nodes = error.nodes?.length ? error.nodes : fieldsNamedIn(error.message, documents);
  const places = nodes.map((node) => place(node, documents));
  const code = typeof error.extensions['code'] === 'string' ? `[${error.extensions['code']}] ` : '';
  return `${places.length > 0 ? `${[...new Set(places)].join(', ')}: ` : ''}${code}${error.message}`;
}

// An error about reaching a field comes without a place: its text says `cannot find field "Person.name"`.
function fieldsNamedIn(message: string, documents: readonly DocumentNode[]): readonly ASTNode[] {
  return [...message.matchAll(/cannot find field "(\w+)\.(\w+)"/g)].flatMap(([, type, field]) =>
    definitionsOf(documents).flatMap((definition) =>
      'fields' in definition && definition.name.value === type ? (definition.fields ?? []).filter(({ name }) => name.value === field) : [],
    ),
  );
}

const definitionsOf = (documents: readonly DocumentNode[]): readonly DefinitionNode[] =>
  documents.flatMap((document) => document.definitions);

/** `schema/visit.graphql:41 Visit.startedAt` */
function place(node: ASTNode, documents: readonly DocumentNode[]): string {
  const { loc } = node;
  if (!loc) return 'unknown place';
  const owner = definitionsOf(documents).find(
    (definition) => definition.loc?.source === loc.source && definition.loc.start <= loc.start && loc.end <= definition.loc.end,
  );
  return `${loc.source.name}:${loc.startToken.line} ${owner ? coordinate(owner, loc.start) : ''}`.trimEnd();
}

function coordinate(owner: DefinitionNode, position: number): string {
  const type = 'name' in owner && owner.name ? owner.name.value : 'schema';
  if (!('fields' in owner)) return type;
  const field = owner.fields?.find(({ loc }) => loc && loc.start <= position && position < loc.end);
  return field ? `${type}.${field.name.value}` : type;
}
