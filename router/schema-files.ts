import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { subgraphNames } from '#schema/events.ts';
import type { SubgraphName } from '#schema/events.ts';
import { composeSchema, eventCatalogue } from './compose.ts';
import type { SubgraphSdl } from './compose.ts';

const schemaFolder = fileURLToPath(new URL('../schema/', import.meta.url));

export const supergraphFile = join(schemaFolder, 'supergraph.graphql');

/** Where each subgraph listens unless the environment says otherwise. */
export const defaultSubgraphUrls: Readonly<Record<SubgraphName, string>> = {
  patient: 'http://localhost:4001/graphql',
  appointment: 'http://localhost:4002/graphql',
  visit: 'http://localhost:4003/graphql',
  prescription: 'http://localhost:4004/graphql',
  billing: 'http://localhost:4005/graphql',
};

/** What `npm run compose` makes of the hand-written files: file name in schema/ → text. */
export async function composeFiles(folder = schemaFolder): Promise<ReadonlyMap<string, string>> {
  const sdl = async (name: string) => ({ name: `schema/${name}.graphql`, text: await readFile(join(folder, `${name}.graphql`), 'utf8') });
  const common = await sdl('common');
  const subgraphs = await Promise.all(
    subgraphNames.map(async (name): Promise<SubgraphSdl> => ({ name, url: defaultSubgraphUrls[name], files: [common, await sdl(name)] })),
  );
  const { supergraph, api } = await composeSchema(subgraphs);
  return new Map([
    ['supergraph.graphql', supergraph],
    ['api.graphql', api],
    ['events.json', eventCatalogue()],
  ]);
}

/** Writes the composed files; returns their paths as a person would name them. */
export async function writeComposed(files: ReadonlyMap<string, string>, folder = schemaFolder): Promise<string[]> {
  await Promise.all([...files].map(([name, text]) => writeFile(join(folder, name), text)));
  return [...files.keys()].map((name) => `schema/${name}`);
}
