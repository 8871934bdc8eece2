import { CompositionFailure } from './compose.ts';
import { composeFiles, writeComposed } from './schema-files.ts';

try {
  const written = await writeComposed(await composeFiles());
  console.log(`Composed ${written.join(', ')}.`);
} catch (error) {
  if (!(error instanceof CompositionFailure)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
