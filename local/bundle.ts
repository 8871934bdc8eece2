import { existsSync, readdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { isAlive } from './data-folder.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
// Below node_modules, so that packages are found from there; a folder per run, so that no start changes the code of another.
const cacheFolder = `${root}node_modules/.cache/telemedicine-graph`;
const outputFolder = `${cacheFolder}/${process.pid}`;

/** In a bundle a file still finds what lies beside its source. */
const keepImportMetaUrl: Plugin = {
  name: 'keep import.meta.url',
  setup(bundler) {
    bundler.onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
      loader: 'ts',
      contents: (await readFile(path, 'utf8')).replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
    }));
  },
};

/**
 * Puts each program into one JavaScript file: six processes that each translate and resolve hundreds of source files take
 * twice as long to start. Packages stay outside; stack traces lead to the sources.
 * @param entries files below the project, by name
 * @returns the file to run for each name
 */
export async function bundle(entries: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  removeLeftovers();
  await build({
    entryPoints: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, `${root}${file}`])),
    outdir: outputFolder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    target: 'node20',
    sourcemap: true,
    logLevel: 'error',
    plugins: [keepImportMetaUrl],
  });
  process.once('exit', () => rmSync(outputFolder, { recursive: true, force: true }));
  return Object.fromEntries(Object.keys(entries).map((name) => [name, `${outputFolder}/${name}.mjs`]));
}

/** Bundles of runs that were killed before they could tidy up. */
function removeLeftovers(): void {
  if (!existsSync(cacheFolder)) return;
  for (const pid of readdirSync(cacheFolder)) if (!isAlive(Number(pid))) rmSync(`${cacheFolder}/${pid}`, { recursive: true, force: true });
}
