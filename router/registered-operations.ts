import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ConfigError } from '#chassis/config.ts';

const manifest = z.record(z.string(), z.string());

/**
 * Reads documents that clients depend on, by name or hash: the manifest that GraphQL Code Generator writes with `persistedDocuments`.
 * @throws ConfigError when the file is no such manifest
 */
export async function readRegisteredOperations(file: string): Promise<ReadonlyMap<string, string>> {
  try {
    return new Map(Object.entries(manifest.parse(JSON.parse(await readFile(file, 'utf8')))));
  } catch (error) {
    throw new ConfigError(`REGISTERED_OPERATIONS: ${file} is not a JSON object of documents by name.`, { cause: error });
  }
}
