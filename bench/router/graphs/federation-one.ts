import { Kind, parse, print } from 'graphql';
import type { ObjectTypeDefinitionNode } from 'graphql';
import type { BenchGraph } from './graph.ts';

/** The SDL of each subgraph as Federation 1 wants it: the first subgraph that has a type owns it, the others extend it and mark its key as external. */
export function federationOneSdl(graph: BenchGraph): ReadonlyMap<string, string> {
  const owned = new Set(['Query']);
  return new Map(
    graph.map(({ name, types }) => {
      const definitions = parse(types, { noLocation: true }).definitions.map((definition) => {
        if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) return definition;
        const extend = owned.has(definition.name.value);
        owned.add(definition.name.value);
        return extend ? asExtension(definition) : definition;
      });
      return [name, print({ kind: Kind.DOCUMENT, definitions })];
    }),
  );
}

function asExtension({ description: _, ...definition }: ObjectTypeDefinitionNode) {
  const external = { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: 'external' } } as const;
  const fields = definition.fields?.map((field) => (field.name.value === 'id' ? { ...field, directives: [external] } : field));
  return { ...definition, kind: Kind.OBJECT_TYPE_EXTENSION, ...(fields && { fields }) } as const;
}
