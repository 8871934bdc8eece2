import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '#chassis/config.ts';
import { sha256 } from './documents.ts';

/** Documents that programs depend on. */
export interface Manifests {
  /** Those of a program by hash; of one without a file of its own the default ones, unless it is a partner's. */
  of(clientId: string | undefined, isPartner: boolean): ReadonlyMap<string, string> | undefined;
  /** Every document with the name by which a person finds it. */
  readonly all: readonly { readonly name: string; readonly text: string }[];
}

const apolloManifest = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string(), name: z.string(), body: z.string() })),
});
const documentsByHash = z.record(z.string(), z.string());

/** The file for all first-party programs that have none of their own. */
const defaultFile = 'default';

/**
 * Reads a folder of `<client_id>.json` and `default.json`: manifests of Apollo, or the map that GraphQL Code Generator writes with
 * `persistedDocuments`. A document is found by its name in the file and by its SHA-256.
 * @throws ConfigError that names the file
 */
export async function readManifests(folder: string): Promise<Manifests> {
  const files = await readdir(folder).catch(() => {
    throw new ConfigError(`OPERATIONS_MANIFESTS: there is no folder ${folder}.`);
  });
  const byClient = new Map<string, ReadonlyMap<string, string>>();
  const all: { name: string; text: string }[] = [];
  for (const file of files.filter((name) => name.endsWith('.json')).sort()) {
    const client = basename(file, '.json');
    const operations = await readManifest(join(folder, file));
    byClient.set(client, new Map(operations.flatMap(({ id, text }) => [[id, text] as const, [sha256(text), text] as const])));
    all.push(...operations.map(({ name, text }) => ({ name: `${client}/${name}`, text })));
  }
  return {
    all,
    of: (clientId, isPartner) =>
      (clientId !== undefined && clientId !== defaultFile ? byClient.get(clientId) : undefined) ??
      (isPartner ? undefined : byClient.get(defaultFile)),
  };
}

async function readManifest(file: string): Promise<{ id: string; name: string; text: string }[]> {
  try {
    const content: unknown = JSON.parse(await readFile(file, 'utf8'));
    const apollo = apolloManifest.safeParse(content);
    if (apollo.success) return apollo.data.operations.map(({ id, name, body }) => ({ id, name, text: body }));
    return Object.entries(documentsByHash.parse(content)).map(([id, text]) => ({ id: id.replace(/^sha256:/, ''), name: id, text }));
  } catch (error) {
    throw new ConfigError(
      `OPERATIONS_MANIFESTS: ${file} is neither a manifest of Apollo (format "apollo-persisted-query-manifest") nor a JSON object of documents by hash.`,
      { cause: error },
    );
  }
}
