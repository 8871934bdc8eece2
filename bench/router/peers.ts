import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** Installs the peers on first use, and again when their lock file has changed. @throws when npm cannot */
export async function installPeers(): Promise<void> {
  const [wanted, installed] = await Promise.all([versionsIn('package-lock.json'), versionsIn('node_modules/.package-lock.json')]);
  if (installed && Object.keys(installed).every((path) => installed[path]?.version === wanted?.[path]?.version)) return;
  console.log('Installing the peers (once, about a minute) …');
  const npm = spawn('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, stdio: 'inherit' });
  const [code] = (await once(npm, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`npm ci in bench/router ended with ${code}`);
}

type Packages = Record<string, { readonly version?: string }>;

async function versionsIn(file: string): Promise<Packages | null> {
  const text = await readFile(`${folder}${file}`, 'utf8').catch(() => null); // not installed yet
  return text === null ? null : (JSON.parse(text) as { packages: Packages }).packages;
}
