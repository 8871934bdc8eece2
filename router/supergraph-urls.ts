import { Kind, parse } from 'graphql';
import { ConfigError } from '#chassis/config.ts';

/**
 * Name and URL of each subgraph, from the `@join__graph` directives of a supergraph.
 * @throws ConfigError when it is not a supergraph, or a subgraph has no URL
 */
export function subgraphUrlsIn(supergraphSdl: string): ReadonlyMap<string, string> {
  const graphs = parseSupergraph(supergraphSdl).definitions.find(
    (definition) => definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph',
  );
  if (graphs?.kind !== Kind.ENUM_TYPE_DEFINITION) throw new ConfigError('This is not a supergraph: it has no enum join__Graph.');
  return new Map(
    (graphs.values ?? []).map(({ name, directives = [] }) => {
      const given = directives.find((directive) => directive.name.value === 'join__graph')?.arguments ?? [];
      const text = (argument: string): string => {
        const value = given.find((candidate) => candidate.name.value === argument)?.value;
        return value?.kind === Kind.STRING ? value.value : '';
      };
      const [graph, url] = [text('name') || name.value, text('url')];
      if (!URL.canParse(url)) throw new ConfigError(`The supergraph names no URL for the subgraph "${graph}".`);
      return [graph, url];
    }),
  );
}

function parseSupergraph(text: string): ReturnType<typeof parse> {
  try {
    return parse(text, { noLocation: true });
  } catch (error) {
    throw new ConfigError(`The supergraph is not GraphQL: ${error instanceof Error ? error.message : String(error)}`);
  }
}
