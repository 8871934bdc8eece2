import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { scopesPage } from './authorization/scopes-page.ts';
import { CompositionFailure } from './compose.ts';
import { composeFiles, writeComposed } from './schema-files.ts';

try {
  const files = await composeFiles();
  const written = await writeComposed(files);
  await writeFile(fileURLToPath(new URL('../docs/scopes.md', import.meta.url)), await scopesPage(files.get('supergraph.graphql') ?? ''));
  console.log(`Composed ${[...written, 'docs/scopes.md'].join(', ')}.`);
} catch (error) {
  if (!(error instanceof CompositionFailure)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
