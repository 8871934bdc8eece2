import { readFileSync } from 'node:fs';

const schemaFile = (name: string): string => readFileSync(new URL(`../../schema/${name}.graphql`, import.meta.url), 'utf8');

/** The SDL of a subgraph as composition and clients see it: the common part and its own. */
export const subgraphSdl = (name: string): string => `${schemaFile('common')}\n${schemaFile(name)}`;
