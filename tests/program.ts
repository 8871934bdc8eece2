import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '#chassis/testing/eventually.ts';

// The system as a person starts it: a program with an environment, what it says, how it ends and what it leaves behind.

const root = fileURLToPath(new URL('..', import.meta.url));

export interface Started {
  readonly child: ChildProcess;
  /** All of standard output and standard error so far. */
  readonly said: () => string;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
}

/** @param entry a file of the project: `local/start.ts` */
export function startProgram(entry: string, folder: string, env: NodeJS.ProcessEnv): Started {
  const child = spawn(process.execPath, ['--import', 'tsx', entry], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'test', LOG_LEVEL: 'error', LOG_FORMAT: 'json', DATA_DIR: folder, SEED: 'none', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, said: () => text, ended: once(child, 'exit').then(([code]) => code as number | null) };
}

export const ready = (started: Started): Promise<string> =>
  eventually(
    () => started.said(),
    (text) => text.includes('The graph is ready') || started.child.exitCode !== null,
    120_000,
  );

/** Programs of this system that still run: they all carry the folder in their command line or environment. */
export const leftBehind = (folder: string): string[] =>
  spawnSync('ps', ['-eo', 'args='], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line.includes(folder));

/** Those of the ports at which something answers HTTP. */
export async function listening(ports: Iterable<number>): Promise<number[]> {
  const answers = await Promise.all(
    [...ports].map(async (port) => ((await fetch(`http://localhost:${port}/health/live`).catch(() => null)) ? port : 0)),
  );
  return answers.filter(Boolean);
}

/** The process id of the database that runs in the folder. */
export const postmaster = (folder: string): number =>
  Number(readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
